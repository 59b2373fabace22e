package io.brainmatrix.operator.recovery;

import io.brainmatrix.api.v1alpha1.Durations;
import io.brainmatrix.api.v1alpha1.Recovery;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a crash loop may cost at most, from the spec alone (R8). */
public final class RecoveryBound {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final List<String> BACKOFF = List.of("3s", "5s", "10s");
    private static final String RESET_AFTER = "10m";

    private RecoveryBound() {}

    /**
     * Largest number of pods of one instance that its deaths can cause in any hour without an edit.
     *
     * <p>With n entries in {@code backoff}: at first n short lives, then a suspension, or a life of
     * {@code resetAfter} that starts the count anew at 1 and leaves room for n-1 more short ones.
     * So each of the hour's long lives pays for n pods; one more may be alive at its end. And no
     * two pods are closer than the shortest wait, less what a node's clock can take from it ({@link
     * RecoveryPolicy#TOLD_WITHIN}): a pod ends after it was made and the operator learns of it
     * after that, so a wait that begins at most so long before begins at most so long before the
     * pod was made. Waits no longer than that bound nothing by themselves.
     */
    public static long podsPerHour(@Nullable Recovery recovery) {
        List<String> backoff =
                recovery == null || recovery.backoff() == null || recovery.backoff().isEmpty()
                        ? BACKOFF
                        : recovery.backoff();
        Duration resetAfter =
                Durations.parse(
                        recovery == null || recovery.resetAfter() == null
                                ? RESET_AFTER
                                : recovery.resetAfter());
        long shortestNanos =
                backoff.stream().mapToLong(d -> Durations.parse(d).toNanos()).min().orElseThrow();
        long byWaits = inHour(shortestNanos - RecoveryPolicy.TOLD_WITHIN.toNanos());
        long longLives = inHour(resetAfter.toNanos());
        long byTries =
                longLives >= Long.MAX_VALUE / backoff.size() - 1
                        ? Long.MAX_VALUE - 1
                        : backoff.size() * (longLives + 1);
        return 1 + Math.min(byWaits, byTries);
    }

    private static long inHour(long nanos) {
        return nanos <= 0 ? Long.MAX_VALUE - 1 : HOUR.toNanos() / nanos;
    }
}
