package io.brainmatrix.pod.http;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The bearer token that {@code /v1} asks for, from a file: that of a mounted Secret, which the
 * kubelet swaps when the Secret changes. Without a file nothing is asked for. A file that was there
 * once and is gone, or has nothing in it, or cannot be read, opens nothing: all are refused.
 */
public final class ApiToken {
    private static final System.Logger LOG = System.getLogger(ApiToken.class.getName());
    private static final long REREAD_NANOS = Duration.ofSeconds(1).toNanos();

    /** A longer file is refused like an empty one. */
    private static final int MAX_BYTES = 4096;

    private static final String SCHEME = "Bearer ";

    private final Path file;
    private final LongSupplier nanos;
    private State state = State.NotAsked;
    private byte @Nullable [] digest;
    private @Nullable Long readNanos;

    private enum State {
        NotAsked,
        Asked,
        /** Asked for, and nobody can have it. */
        Closed
    }

    /**
     * The token of a file, which may come, change and go at any time.
     *
     * @param nanos the monotonic clock; the file is read at most once a second
     */
    public ApiToken(Path file, LongSupplier nanos) {
        this.file = file;
        this.nanos = nanos;
    }

    /**
     * Lets a request pass.
     *
     * @throws ApiError when it has not the token
     */
    void check(HttpExchange exchange) throws ApiError {
        if (!admits(exchange.getRequestHeaders().getFirst("Authorization"))) {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
            throw new ApiError(
                    401,
                    "authentication_error",
                    null,
                    "invalid_api_key",
                    "this instance asks for its API token, as `Authorization: Bearer …`");
        }
    }

    synchronized boolean admits(@Nullable String authorization) {
        long now = nanos.getAsLong();
        if (readNanos == null || now - readNanos >= REREAD_NANOS) {
            readNanos = now;
            read();
        }
        if (state == State.NotAsked) {
            return true;
        }
        // Digests, compared in constant time: neither the token nor its length can be felt out.
        return state == State.Asked
                && digest != null
                && authorization != null
                && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                && MessageDigest.isEqual(
                        digest,
                        digest(
                                authorization
                                        .substring(SCHEME.length())
                                        .strip()
                                        .getBytes(StandardCharsets.ISO_8859_1)));
    }

    private void read() {
        if (state == State.NotAsked && Files.notExists(file)) {
            return;
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            // Headers come as ISO 8859-1: so is the file taken, whatever its encoding.
            String token = new String(bytes, StandardCharsets.ISO_8859_1).strip();
            if (token.isEmpty() || bytes.length > MAX_BYTES) {
                close("is empty or has more than " + MAX_BYTES + " bytes");
                return;
            }
            digest = digest(token.getBytes(StandardCharsets.ISO_8859_1));
            state = State.Asked;
        } catch (IOException e) {
            close("cannot be read: " + e.getClass().getSimpleName());
        }
    }

    /** Said once for each time that it closes. */
    private void close(String why) {
        digest = null;
        if (state != State.Closed) {
            state = State.Closed;
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The API token''s file {0} {1}; every request to /v1 is refused",
                    file,
                    why);
        }
    }

    private static byte[] digest(byte[] token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
