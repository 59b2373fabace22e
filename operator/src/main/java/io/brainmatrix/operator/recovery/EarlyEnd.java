package io.brainmatrix.operator.recovery;

import io.brainmatrix.operator.recovery.LastWords.Look;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/**
 * Whether an end may be counted by the word of the container alone. A kubelet tells that a second
 * or more before the pod's phase, and with the phase what it did itself: an eviction shows in
 * nothing but that. So an end is counted early only where nothing that is told later can give it
 * another name; every other one waits for the phase, as if the container had said nothing. Pure.
 */
public final class EarlyEnd {
    /**
     * The reasons of Events by which a kubelet says that a container's end is its own doing: before
     * it sends the signal.
     */
    public static final Set<String> BY_ITS_KUBELET = Set.of("Killing", "Evicted", "Preempting");

    /**
     * Bytes per second: faster than anybody was seen to fill a node's memory, by twice. What was
     * free when the pod looked last and is not used up at this pace was free at its end.
     */
    static final long FASTEST = 6L << 30;

    /** A look that is older than this says nothing of the end: nor is its pod sure to have run. */
    private static final Duration CURRENT = Duration.ofSeconds(2);

    /** What the pod calls the time after a SIGTERM, {@code contracts/README.md}. */
    private static final String DRAINING = "Draining";

    private EarlyEnd() {}

    /**
     * Judges by what is known before the phase is told.
     *
     * @param end as the container tells it, and whatever else is known of its pod and node
     * @param setApart bytes of the node that pods together may not have: its capacity without what
     *     is allocatable
     * @param learned now, on the operator's clock
     */
    public static boolean isSure(PodEnd end, long setApart, Instant learned) {
        boolean alone =
                end.started()
                        && end.exitCode().isPresent()
                        && end.stopping().isEmpty()
                        && !end.deleted()
                        && end.podReason().isEmpty()
                        && end.disruptions().isEmpty()
                        && !end.nodeGone()
                        && end.lastWords().phase().filter(p -> !p.equals(DRAINING)).isPresent();
        return alone
                && (EndClassifier.endedItself(end)
                        || (isPrompt(end, learned) && isPlainKill(end, setApart)));
    }

    /**
     * Whether it is told as soon as it happened: before a node can have rebooted since, or have
     * been away. Where the two clocks differ by more it is not known.
     */
    private static boolean isPrompt(PodEnd end, Instant learned) {
        Instant earliest = end.endedAt().minus(RecoveryPolicy.ROUNDING);
        Instant latest =
                end.endedAt().plus(RecoveryPolicy.ROUNDING).plus(RecoveryPolicy.TOLD_WITHIN);
        return !end.rebooted() && !learned.isBefore(earliest) && !learned.isAfter(latest);
    }

    /**
     * A SIGKILL that nobody's memory explains: the runtime has not marked it, the agent has seen
     * none by the kernel, and by its own last look neither its limit nor its node's can have been
     * reached. An agent that is about to tell of a kill, and a mark that is about to be set, change
     * nothing then.
     */
    private static boolean isPlainKill(PodEnd end, long setApart) {
        if (end.exitCode().orElse(0) != EndClassifier.SIGKILLED
                || EndClassifier.marked(end)
                || end.kernelKill() == KernelKill.Seen
                || end.lastWords().looks().isEmpty()) {
            return false;
        }
        Look last = end.lastWords().looks().getFirst();
        Duration unseen = Duration.between(last.at(), end.endedAt().plus(RecoveryPolicy.ROUNDING));
        boolean current = unseen.compareTo(CURRENT) <= 0;
        double filled = FASTEST * Math.max(0, unseen.toNanos() / 1e9);
        return current
                && last.nodeAvailable() - setApart > filled
                && !OwnLimit.reachable(end.lastWords().looks(), end.endedAt(), end.budget());
    }
}
