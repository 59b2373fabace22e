package io.brainmatrix.operator.recovery;

import io.brainmatrix.operator.recovery.LastWords.Look;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Whether a pod can have reached its own memory limit when it ended, by its own last looks: one
 * that was far from it died for somebody else's memory.
 */
final class OwnLimit {
    /** The kernel kills when it cannot reclaim enough, which is a little below the limit. */
    private static final double ALMOST = 0.97;

    private OwnLimit() {}

    /**
     * Whether it was there, or would have been at its steepest growth between two looks; true for
     * one that left no looks, since nothing speaks against it.
     *
     * @param limit bytes; of 0 or less nothing is known
     */
    static boolean reachable(List<Look> looks, Instant endedAt, long limit) {
        if (looks.isEmpty() || limit <= 0) {
            return true;
        }
        Look last = looks.getFirst();
        Duration unseen = Duration.between(last.at(), endedAt.plus(RecoveryPolicy.ROUNDING));
        double seconds = Math.max(0, unseen.toNanos() / 1e9);
        return last.used() + steepest(looks) * seconds >= ALMOST * limit;
    }

    /** Bytes per second, at least 0. */
    private static double steepest(List<Look> looks) {
        double steepest = 0;
        for (int i = 0; i + 1 < looks.size(); i++) {
            double seconds =
                    Duration.between(looks.get(i + 1).at(), looks.get(i).at()).toNanos() / 1e9;
            if (seconds > 0) {
                steepest =
                        Math.max(
                                steepest,
                                (looks.get(i).used() - looks.get(i + 1).used()) / seconds);
            }
        }
        return steepest;
    }
}
