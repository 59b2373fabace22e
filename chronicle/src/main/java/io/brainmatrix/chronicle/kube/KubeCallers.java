package io.brainmatrix.chronicle.kube;

import io.brainmatrix.chronicle.access.Caller;
import io.brainmatrix.chronicle.access.Callers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks the API server who somebody is, and remembers the answer for a short while: never beyond the
 * token's own end, and no longer than a change of a matrix may take to be felt.
 */
public final class KubeCallers implements Callers {
    /** How long what an instance watches, or what a person may, is believed. */
    static final Duration KNOWN_FOR = Duration.ofSeconds(30);

    /** An instance is refused until the operator has written that its life has begun. */
    static final Duration STRANGER_FOR = Duration.ofSeconds(1);

    /** A token that proves nothing does not become one that does. */
    static final Duration NOBODY_FOR = Duration.ofSeconds(10);

    private static final int REMEMBERED_MAX = 8_192;
    private static final int ASKED_AT_ONCE = 8;
    private static final int WAIT_SECONDS = 5;

    /** Longer than any that the API server issues. */
    private static final int TOKEN_MAX_CHARS = 16 << 10;

    private final Identities identities;
    private final Clock clock;
    private final Semaphore asking = new Semaphore(ASKED_AT_ONCE, true);
    private final Map<Key, Answer> answers =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Key, Answer> eldest) {
                    return size() > REMEMBERED_MAX;
                }
            };

    private record Key(String tokenHash, @Nullable String namespace) {}

    private record Answer(Optional<Caller> caller, Instant until) {}

    /** Remembers what identities say. */
    public KubeCallers(Identities identities, Clock clock) {
        this.identities = identities;
        this.clock = clock;
    }

    @Override
    public Optional<Caller> of(String token, @Nullable String namespace) throws IOException {
        if (token.length() > TOKEN_MAX_CHARS) {
            return Optional.empty();
        }
        Key key = new Key(hash(token), namespace);
        Optional<Answer> known = known(key);
        if (known.isPresent()) {
            return known.get().caller();
        }
        try {
            if (!asking.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("too many ask who they are at once");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        try {
            // Somebody else with the same token may have asked meanwhile.
            known = known(key);
            if (known.isPresent()) {
                return known.get().caller();
            }
            Optional<Caller> caller = identities.of(token, namespace);
            Answer answer = new Answer(caller, until(caller, token));
            synchronized (answers) {
                answers.put(key, answer);
            }
            return caller;
        } finally {
            asking.release();
        }
    }

    private Optional<Answer> known(Key key) {
        synchronized (answers) {
            Answer answer = answers.get(key);
            return answer != null && clock.instant().isBefore(answer.until())
                    ? Optional.of(answer)
                    : Optional.empty();
        }
    }

    private Instant until(Optional<Caller> caller, String token) {
        Instant now = clock.instant();
        if (caller.isEmpty()) {
            return now.plus(NOBODY_FOR);
        }
        Instant known =
                now.plus(caller.get() instanceof Caller.Stranger ? STRANGER_FOR : KNOWN_FOR);
        return TokenEnd.of(token).filter(end -> end.isBefore(known)).orElse(known);
    }

    private static String hash(String token) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
