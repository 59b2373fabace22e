package io.brainmatrix.pod.lifecycle;

import java.time.Duration;
import java.util.Optional;

/**
 * When a file that was missing is there: it has something in it, and neither its size nor its time
 * has changed for a while, so that nobody is still writing it. Pure.
 */
final class Arrival {
    /**
     * Without a change for as long, a copy is done, or stalls: then the next life says what is
     * wrong with it.
     */
    static final Duration STILL = Duration.ofSeconds(2);

    /**
     * A file as one look finds it.
     *
     * @param size bytes
     * @param modified nanoseconds since 1970 by its file system's clock
     */
    record Look(long size, long modified) {}

    private Optional<Look> last = Optional.empty();
    private long since;

    /**
     * Takes one look into account.
     *
     * @param look empty when there is no readable file
     * @param nanos of a monotonic clock
     * @return whether the file is there, whole as far as anybody can see
     */
    boolean look(Optional<Look> look, long nanos) {
        if (!look.equals(last)) {
            last = look;
            since = nanos;
        }
        return look.filter(l -> l.size() > 0).isPresent() && nanos - since >= STILL.toNanos();
    }
}
