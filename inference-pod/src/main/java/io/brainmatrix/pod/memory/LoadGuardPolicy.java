package io.brainmatrix.pod.memory;

import java.util.List;
import java.util.Optional;

/**
 * Ends a load before the kernel does: when what is used, projected over the time that an end takes,
 * passes the limit. Pure.
 */
public final class LoadGuardPolicy {
    /** Between a decision and freed memory: two samples and the end of a process. */
    static final double HORIZON_SECONDS = 0.2;

    /**
     * Kept free below the limit, in parts of it: page tables and the kernel's own share are charged
     * too, and are not sampled.
     */
    static final int MARGIN_DIVISOR = 50;

    private LoadGuardPolicy() {}

    /**
     * Judges the samples of a load, newest last.
     *
     * @return the projection in bytes when the load must end
     */
    public static Optional<Long> projectionPastLimit(
            List<MemorySample> samples, long predicted, long limit) {
        if (samples.size() < 2) {
            return Optional.empty();
        }
        MemorySample last = samples.getLast();
        MemorySample before = samples.get(samples.size() - 2);
        double seconds = (last.nanos() - before.nanos()) / 1e9;
        double slope = seconds <= 0 ? 0 : (last.used() - before.used()) / seconds;
        long projection = last.used() + Math.round(Math.max(0, slope) * HORIZON_SECONDS);
        boolean past = last.used() > predicted && projection > limit - limit / MARGIN_DIVISOR;
        return past ? Optional.of(projection) : Optional.empty();
    }
}
