package io.brainmatrix.chronicle.entry;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to an instance. {@code (matrixUid, instance, life, kind, number)} is its
 * key: told again it is the same entry.
 *
 * @param number grows within a life and kind
 * @param at when it happened by its writer's clock, in whole microseconds
 * @param text what is searched; for a death, the last thing that was said
 * @param details a JSON object, its fields in the order of {@link Details}
 */
public record Entry(
        Origin of,
        long life,
        Kind kind,
        long number,
        Instant at,
        String text,
        @Nullable Prompt prompt,
        String details) {
    public Entry {
        at = at.truncatedTo(ChronoUnit.MICROS);
    }

    /** Bytes of its texts, which is what the size bound counts. */
    public long bytes() {
        return utf8(text).length
                + (long) utf8(details).length
                + (prompt == null ? 0 : utf8(prompt.text()).length);
    }

    /** SHA-256 of all that it says: a retry with another one contradicts. */
    public String digest() {
        MessageDigest sha = sha256();
        feed(sha, Long.toString(life));
        feed(sha, kind.name());
        feed(sha, Long.toString(number));
        feed(sha, at.toString());
        feed(sha, text);
        feed(sha, details);
        feed(sha, prompt == null ? "" : prompt.text());
        feed(sha, prompt == null ? "" : prompt.sha256());
        return HexFormat.of().formatHex(sha.digest());
    }

    private static void feed(MessageDigest sha, String part) {
        byte[] bytes = utf8(part);
        sha.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
        sha.update(bytes);
    }

    private static byte[] utf8(String text) {
        return Spelling.written(text).getBytes(StandardCharsets.UTF_8);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
