package io.brainmatrix.chronicle.http;

import java.io.IOException;
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

    /** What answers an instance. */
    interface Answer<T> {
        T get() throws IOException, ApiError;
    }

    /** An answer, or its refusal, at the next step after it was asked for. */
    static <T> T answer(LongSupplier nanos, Answer<T> answer) throws IOException, ApiError {
        long began = nanos.getAsLong();
        try {
            T got = answer.get();
            pause(began, nanos);
            return got;
        } catch (ApiError e) {
            pause(began, nanos);
            throw e;
        }
    }

    private static void pause(long beganNanos, LongSupplier nanos) {
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
