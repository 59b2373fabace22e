package io.brainmatrix.pod.memory;

import io.brainmatrix.pod.memory.ServingPolicy.Bounds;
import io.brainmatrix.pod.memory.ServingPolicy.Cause;

/**
 * Ends a load before the kernel does: when what is held, projected over the time that an end takes,
 * passes the limit; or when the node has so little left that an instance of this priority ends
 * there. Growth up to what was predicted is expected, of both. Pure.
 */
public final class LoadGuardPolicy {
    /** Between a decision and freed memory: looks and the end of a process. */
    static final double HORIZON_SECONDS = 0.2;

    /** A slope over less is noise. */
    static final long SLOPE_NANOS = 25_000_000L;

    private LoadGuardPolicy() {}

    /** For whose sake the load must end now; {@link Cause#None} when it may go on. */
    public static Cause judge(Samples samples, Bounds bounds) {
        if (samples.size() >= 2
                && samples.held(0) > bounds.predicted()
                && projection(samples) > bounds.most()) {
            return Cause.OwnBudget;
        }
        return ServingPolicy.nodeEnds(samples, bounds) ? Cause.Node : Cause.None;
    }

    /** Bytes that it holds at the end of the horizon, should it go on like that. */
    public static long projection(Samples samples) {
        double slope = Math.max(0, samples.growth(SLOPE_NANOS));
        return samples.held(0) + Math.round(slope * HORIZON_SECONDS);
    }
}
