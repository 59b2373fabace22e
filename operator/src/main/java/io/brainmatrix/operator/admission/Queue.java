package io.brainmatrix.operator.admission;

import io.brainmatrix.api.v1alpha1.Reason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Who waits on a node: the eligible in order, and the others with their reason.
 *
 * <p>Effective priority first, then dependency, then age: a watched one goes before its watchers,
 * an older matrix before a younger. Among equals the larger goes first: it fits only while much is
 * free.
 */
record Queue(List<Candidate> eligible, Map<InstanceKey, Waiting> hindered) {
    private static final Comparator<Candidate> RANK =
            Comparator.comparingInt(Candidate::priority)
                    .reversed()
                    .thenComparingInt(Candidate::dependencyDepth)
                    .thenComparing(Candidate::since)
                    .thenComparing(c -> c.key().namespace() + "/" + c.key().matrix());

    private static final Comparator<Candidate> ORDER =
            RANK.thenComparing(
                            Comparator.<Candidate>comparingLong(c -> c.commitment().total())
                                    .reversed())
                    .thenComparingInt(Candidate::order)
                    .thenComparing(Candidate::key);

    static Queue of(NodeSnapshot node) {
        List<Candidate> eligible = new ArrayList<>();
        Map<InstanceKey, Waiting> hindered = new HashMap<>();
        for (Candidate candidate : node.candidates()) {
            if (candidate.hindrance().isPresent()) {
                Candidate.Hindrance hindrance = candidate.hindrance().get();
                hindered.put(candidate.key(), unqueued(hindrance.reason(), hindrance.message()));
            } else if (candidate.notBefore().filter(at -> at.isAfter(node.now())).isPresent()) {
                hindered.put(
                        candidate.key(),
                        unqueued(
                                Reason.BackingOff,
                                "is let in again not before "
                                        + candidate.notBefore().orElseThrow()));
            } else if (!node.schedulable()) {
                hindered.put(
                        candidate.key(),
                        unqueued(
                                Reason.NodeUnschedulable,
                                "node `%s` is cordoned; uncordon it".formatted(node.node())));
            } else {
                eligible.add(candidate);
            }
        }
        eligible.sort(ORDER);
        return new Queue(List.copyOf(eligible), hindered);
    }

    /** Whether no rule prefers the second to the first. */
    static boolean notBehind(Candidate a, Candidate b) {
        return RANK.compare(a, b) <= 0;
    }

    /** Whether no rule prefers one to the other. */
    static boolean equals(Candidate a, Candidate b) {
        return RANK.compare(a, b) == 0;
    }

    private static Waiting unqueued(Reason reason, String message) {
        return new Waiting(reason, message, OptionalInt.empty());
    }
}
