package io.brainmatrix.operator.reconciler;

/**
 * How a pass that failed is tried again, and when one comes that nothing asked for. The SDK's own
 * pace begins with 2 s and gives up after 26 s until something happens or the backstop of a minute:
 * a gate would stay shut for no reason that anybody could see.
 */
final class RetryPace {
    /** The SDK's value for no limit. */
    static final int FOR_EVER = -1;

    static final long FIRST_MILLIS = 250;
    static final double GROWTH = 2;

    /** An API server that is away has no use for more. */
    static final long LONGEST_MILLIS = 10_000;

    /**
     * After as long everything is looked at again, whatever happens. It is also how long the SDK's
     * timer keeps each look that was put off.
     */
    static final long BACKSTOP_SECONDS = 60;

    private RetryPace() {}
}
