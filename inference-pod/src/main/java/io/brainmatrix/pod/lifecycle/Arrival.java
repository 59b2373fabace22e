package io.brainmatrix.pod.lifecycle;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * When a file that was missing is there, or one that was wrong is another: it has something in it,
 * and nothing of it has changed for a while, so that nobody is still writing it. Pure.
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
     * @param inode by which a file is told from one that was put in its place
     * @param size bytes
     * @param changed when its content or its place changed last, in nanoseconds since 1970 by its
     *     file system's clock; a copy that keeps the original's times has its own
     */
    record Look(long inode, long size, long changed) {}

    private final OptionalLong wrongUntil;
    private Optional<Look> first = Optional.empty();
    private boolean looked;
    private Optional<Look> last = Optional.empty();
    private long since;

    /**
     * Of a file that was missing, or was wrong.
     *
     * @param wrongUntil when a life had found it wrong, in nanoseconds since 1970: one that has not
     *     changed since is the same; empty for one that was missing
     */
    Arrival(OptionalLong wrongUntil) {
        this.wrongUntil = wrongUntil;
    }

    /**
     * Takes one look into account.
     *
     * @param look empty when there is no readable file
     * @param nanos of a monotonic clock
     * @return whether the file is there, whole as far as anybody can see
     */
    boolean look(Optional<Look> look, long nanos) {
        if (!looked) {
            first = look;
            looked = true;
        }
        if (!look.equals(last)) {
            last = look;
            since = nanos;
        }
        return look.filter(l -> l.size() > 0).filter(this::isAnother).isPresent()
                && nanos - since >= STILL.toNanos();
    }

    private boolean isAnother(Look look) {
        return wrongUntil.isEmpty()
                || look.changed() >= wrongUntil.getAsLong()
                || !first.equals(Optional.of(look));
    }
}
