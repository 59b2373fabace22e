package io.brainmatrix.operator.admission;

/** Decides about one node. A port, so that a test can show what happens without a gate. */
@FunctionalInterface
public interface AdmissionPolicy {
    /**
     * Decides about a node from one snapshot of it: pure, total, and the same for every operator.
     */
    AdmissionDecision decide(NodeSnapshot node);
}
