package io.brainmatrix.pod.memory;

/**
 * How soon memory is to be looked at again: the less room there is, and the faster it goes, the
 * sooner. A process that begins to take 1 GiB a second is seen four times before there is none
 * left. Pure.
 *
 * @param limit bytes that this pod may hold; {@link Long#MAX_VALUE} as long as nobody knows
 * @param floor bytes of the node's available memory at which this pod ends
 * @param longest nanoseconds, while there is all the room in the world
 */
public record Pace(long limit, long floor, long longest) {
    /** While a model is loaded, or nothing is known yet. */
    public static final long FAST_NANOS = 25_000_000L;

    /** As long as there is nothing to fear. */
    public static final long CALM_NANOS = 100_000_000L;

    /** A look costs a tenth of a millisecond: more often is no better. */
    static final long SHORTEST_NANOS = 5_000_000L;

    /** Looks that fit into what is left. */
    private static final int LOOKS = 4;

    /** What is reckoned with though nothing moves, in bytes per second. */
    private static final double SUDDEN = 1L << 30;

    /** What moves may move twice as fast in the next moment. */
    private static final double FASTER = 2;

    private static final long SLOPE_NANOS = 20_000_000L;

    /** Before anything is known. */
    public static final Pace UNKNOWN = new Pace(Long.MAX_VALUE, 0, FAST_NANOS);

    /** Nanoseconds from now to the next look; at least one sample. */
    public long next(Samples samples) {
        double own =
                (limit - samples.held(0)) / Math.max(SUDDEN, FASTER * samples.growth(SLOPE_NANOS));
        double node =
                (samples.available(0) - floor)
                        / Math.max(SUDDEN, FASTER * samples.nodeLoss(SLOPE_NANOS));
        double nanos = Math.min(own, node) / LOOKS * 1e9;
        return Math.clamp((long) nanos, Math.min(SHORTEST_NANOS, longest), longest);
    }
}
