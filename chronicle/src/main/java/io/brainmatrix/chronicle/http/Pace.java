package io.brainmatrix.chronicle.http;

import java.time.Duration;

/**
 * When an instance is answered: at whole steps after it asked. How long storing took, and so what
 * others do beside it, cannot be told from its answers. Pure.
 */
final class Pace {
    static final Duration STEP = Duration.ofMillis(50);

    private Pace() {}

    /** Nanoseconds to wait once an answer is there that took so many. */
    static long waitNanos(long tookNanos) {
        long step = STEP.toNanos();
        return Math.ceilDiv(Math.max(tookNanos, 1), step) * step - tookNanos;
    }
}
