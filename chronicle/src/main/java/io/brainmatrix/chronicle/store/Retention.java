package io.brainmatrix.chronicle.store;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * How much is kept.
 *
 * @param maxAge older entries go; zero keeps them for ever
 * @param maxBytes of all texts; the oldest go first when it is exceeded; 0 is no bound
 */
public record Retention(Duration maxAge, long maxBytes) {
    /** Nothing is ever removed. */
    public static final Retention FOREVER = new Retention(Duration.ZERO, 0);

    /** An entry's size and age. */
    public record Aged(long sequence, Instant storedAt, long bytes) {}

    /**
     * How many of the oldest entries are to go.
     *
     * @param oldest in order of their sequence
     * @param total bytes of all entries
     */
    public int toRemove(List<Aged> oldest, long total, Instant now) {
        long left = total;
        int count = 0;
        for (Aged entry : oldest) {
            boolean tooOld = !maxAge.isZero() && entry.storedAt().isBefore(now.minus(maxAge));
            boolean tooMuch = maxBytes > 0 && left > maxBytes;
            if (!tooOld && !tooMuch) {
                break;
            }
            left -= entry.bytes();
            count++;
        }
        return count;
    }
}
