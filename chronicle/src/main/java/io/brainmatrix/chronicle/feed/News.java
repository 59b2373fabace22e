package io.brainmatrix.chronicle.feed;

import io.brainmatrix.chronicle.entry.Stored;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What was stored, for all that listen. It is put into the bytes that are sent once, by the first
 * that sends it, and not by each: that is most of what telling one costs.
 */
public final class News {
    /** A queue counts characters, and a character takes two bytes at the most. */
    private static final int BYTES_PER_CHAR = 2;

    /** Names, times and digests beside the text. */
    private static final int BESIDE = 2048;

    private final long sequence;
    private final long onDisk;
    private final int chars;
    private @Nullable Stored stored;
    private byte @Nullable [] sent;

    News(Stored stored, long onDisk) {
        this.sequence = stored.sequence();
        this.onDisk = onDisk;
        this.chars = stored.entry().text().length();
        this.stored = stored;
    }

    /** Its place among all that is stored. */
    public long sequence() {
        return sequence;
    }

    /** When it was on disk, in nanoseconds of the monotonic clock. */
    long onDisk() {
        return onDisk;
    }

    /** Of its text. */
    int chars() {
        return chars;
    }

    /**
     * What is sent of it; not to be written to.
     *
     * @param form the same at each call
     */
    public synchronized byte[] sent(Function<Stored, byte[]> form) {
        if (sent != null) {
            return sent;
        }
        byte[] bytes = form.apply(Objects.requireNonNull(stored));
        // Of a text that is all escapes the bytes would be more than its queues were counted for.
        if (bytes.length <= (long) chars * BYTES_PER_CHAR + BESIDE) {
            sent = bytes;
            stored = null;
        }
        return bytes;
    }
}
