package io.brainmatrix.pod.memory;

import io.brainmatrix.pod.memory.ServingPolicy.Cause;
import io.brainmatrix.pod.memory.ServingPolicy.Verdict;
import java.util.Locale;
import java.util.Optional;

/**
 * Where on the ladder a served model stands, from sample to sample; decides when it is time to end.
 * For the guard's thread alone, but for {@link #rung()}.
 */
public final class Ladder {
    /** Answers under way get at most as long. */
    private static final double DRAIN_SECONDS = 10;

    /** The other half of the time until the limit is for the process's end. */
    private static final double SHARE = 0.5;

    /** For the node's sake others may be in need: no long farewell. */
    private static final double DRAIN_FOR_NODE_SECONDS = 2;

    /** Who refuses for its own budget's sake for as long never serves again: its memory is lost. */
    private static final long REFUSED_NANOS = 60_000_000_000L;

    private static final double MEBIBYTE = 1 << 20;

    private final ServingPolicy.Bounds bounds;
    private volatile Rung rung = Rung.Free;
    private Cause cause = Cause.None;
    private long endNanos;
    private long refusedNanos = Long.MIN_VALUE;

    /** On the ground. */
    public Ladder(ServingPolicy.Bounds bounds) {
        this.bounds = bounds;
    }

    /** That the process must end now. */
    public record Ending(Cause cause, String message) {}

    /** Where it stands; once at the end it stays there. */
    public Rung rung() {
        return rung;
    }

    /** Whose sake the present rung is for. */
    public Cause cause() {
        return cause;
    }

    /**
     * Judges after a sample.
     *
     * @param running answers under way
     * @return the end, when it has come
     */
    public Optional<Ending> look(Samples samples, int running) {
        long now = samples.nanos(0);
        Verdict verdict = ServingPolicy.judge(samples, bounds, rung);
        if (rung != Rung.End) {
            rung = verdict.rung();
            cause = verdict.cause();
            if (rung != Rung.End && !refusesForGood(now)) {
                return Optional.empty();
            }
            rung = Rung.End;
            endNanos = now + Math.round(drainSeconds(samples, cause) * 1e9);
        } else if (verdict.rung() == Rung.End) {
            endNanos =
                    Math.min(
                            endNanos,
                            now + Math.round(drainSeconds(samples, verdict.cause()) * 1e9));
        }
        return running == 0 || now >= endNanos
                ? Optional.of(new Ending(cause, message(samples)))
                : Optional.empty();
    }

    private boolean refusesForGood(long now) {
        if (rung != Rung.Refuse || cause != Cause.OwnBudget) {
            refusedNanos = Long.MIN_VALUE;
            return false;
        }
        if (refusedNanos == Long.MIN_VALUE) {
            refusedNanos = now;
        }
        return now - refusedNanos >= REFUSED_NANOS;
    }

    private double drainSeconds(Samples samples, Cause sake) {
        double most = sake == Cause.Node ? DRAIN_FOR_NODE_SECONDS : DRAIN_SECONDS;
        double slope = ServingPolicy.slope(samples, sake);
        double left =
                slope <= 0 ? most : SHARE * (ServingPolicy.headroom(samples, bounds, sake) / slope);
        // What is nearer than the horizon is not waited for.
        return left < 2 * ServingPolicy.HORIZON_SECONDS ? 0 : Math.min(most, left);
    }

    private String message(Samples samples) {
        return cause == Cause.Node
                ? nodeMessage(samples, bounds)
                : String.format(
                        Locale.ROOT,
                        "uses %.0fMi, %.0fMi were predicted, the budget is %.0fMi; raise `budget.ram` or lower `engine.contextLength`",
                        samples.held(0) / MEBIBYTE,
                        bounds.predicted() / MEBIBYTE,
                        bounds.limit() / MEBIBYTE);
    }

    /** What is said of an end for the node's sake, of a load too. */
    public static String nodeMessage(Samples samples, ServingPolicy.Bounds bounds) {
        return String.format(
                Locale.ROOT,
                "the node has %.0fMi available, far below its reserve of %.0fMi; ended for the node's sake, within the own budget",
                samples.available(0) / MEBIBYTE,
                bounds.reserve() / MEBIBYTE);
    }
}
