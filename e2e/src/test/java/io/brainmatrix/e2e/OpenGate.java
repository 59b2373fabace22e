package io.brainmatrix.e2e;

import io.brainmatrix.operator.admission.Action;
import io.brainmatrix.operator.admission.AdmissionDecision;
import io.brainmatrix.operator.admission.AdmissionPolicy;
import io.brainmatrix.operator.admission.Candidate;
import io.brainmatrix.operator.admission.Holder;
import io.brainmatrix.operator.admission.NodeSnapshot;
import java.util.Map;
import java.util.Optional;

/**
 * No gate at all: everybody is let in at once, and the lane is given back as soon as its pod is
 * made. What the real policy prevents must show with this one.
 */
final class OpenGate implements AdmissionPolicy {
    @Override
    public AdmissionDecision decide(NodeSnapshot node) {
        return new AdmissionDecision(action(node), Map.of(), Optional.empty());
    }

    private static Action action(NodeSnapshot node) {
        if (node.lane().holder().isEmpty()) {
            return node.candidates().stream()
                    .filter(c -> c.hindrance().isEmpty())
                    .findFirst()
                    .<Action>map(Action.TakeLane::new)
                    .orElseGet(Action.Nothing::new);
        }
        Holder holder = node.lane().holder().get();
        Optional<Candidate> waiting =
                node.candidates().stream().filter(c -> c.holder().equals(holder)).findFirst();
        return waiting.<Action>map(Action.CreatePod::new)
                .orElseGet(() -> new Action.ReleaseLane(holder, "the lane is off in this test"));
    }
}
