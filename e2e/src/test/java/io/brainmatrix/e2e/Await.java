package io.brainmatrix.e2e;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.awaitility.core.ThrowingRunnable;

/** The one way in which these tests wait. */
final class Await {
    /**
     * Longer than anything here takes on a busy machine of two cores: a claim that the kubelet
     * retries (10 s), the longest backoff (10 s), three loads.
     */
    static final Duration AWAIT = Duration.ofMinutes(2);

    private static final Duration LOOK_EVERY = Duration.ofMillis(100);

    private Await() {}

    /** Waits until nothing is thrown any more; what the cluster looked like is kept otherwise. */
    static void until(Cluster cluster, String what, ThrowingRunnable assertion) {
        try {
            Awaitility.await(what)
                    .atMost(AWAIT)
                    .pollInterval(LOOK_EVERY)
                    .pollDelay(Duration.ZERO)
                    .ignoreExceptions()
                    .untilAsserted(assertion);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    "%s: %s%n%s".formatted(what, e.getMessage(), Dump.of(cluster, what)), e);
        }
    }

    /** Waits for what saves time later, and goes on without it. */
    static void orGoOn(Duration time, Callable<Boolean> condition) {
        try {
            Awaitility.await()
                    .atMost(time)
                    .pollInterval(LOOK_EVERY)
                    .pollDelay(Duration.ZERO)
                    .ignoreExceptions()
                    .until(condition);
        } catch (ConditionTimeoutException _) {
            // Nobody's claim: who needs it to be so asserts it.
        }
    }

    /** Watches that something stays so for a while. */
    static void during(Cluster cluster, String what, Duration time, ThrowingRunnable assertion) {
        try {
            Awaitility.await(what)
                    .during(time)
                    .atMost(time.plus(LOOK_EVERY.multipliedBy(20)))
                    .pollInterval(LOOK_EVERY)
                    .pollDelay(Duration.ZERO)
                    .untilAsserted(assertion);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    "%s: %s%n%s".formatted(what, e.getMessage(), Dump.of(cluster, what)), e);
        }
    }
}
