package io.brainmatrix.operator.admission;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What is done next on a node, and one reason for each that waits.
 *
 * @param lookAgain when time alone may change the decision; empty when only an event can
 */
public record AdmissionDecision(
        Action action, Map<InstanceKey, Waiting> waiting, Optional<Instant> lookAgain) {
    public AdmissionDecision {
        waiting = Map.copyOf(waiting);
    }
}
