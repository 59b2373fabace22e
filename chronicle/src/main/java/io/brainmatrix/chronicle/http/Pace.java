package io.brainmatrix.chronicle.http;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * When an instance is answered: at whole steps after it asked. How long storing took, and so what
 * others do beside it, cannot be told from its answers.
 */
final class Pace {
    static final Duration STEP = Duration.ofMillis(50);

    private Pace() {}

    /** Waits until the next step after a time at which somebody asked. */
    static void pause(long beganNanos, LongSupplier nanos) {
        try {
            TimeUnit.NANOSECONDS.sleep(waitNanos(nanos.getAsLong() - beganNanos));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Nanoseconds to wait once an answer is there that took so many; pure. */
    static long waitNanos(long tookNanos) {
        long step = STEP.toNanos();
        return Math.ceilDiv(Math.max(tookNanos, 1), step) * step - tookNanos;
    }
}
