package io.brainmatrix.operator.placement;

import io.brainmatrix.api.v1alpha1.Budget;
import io.brainmatrix.operator.admission.Commitment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What an instance asks of its node.
 *
 * @param budget what it may use; bytes are in it
 * @param headroomPercent room beyond the budget while it is let in
 * @param nodeSelector labels that the node must have: the matrix's, and its runtime class's
 * @param present where it is placed now, if anywhere
 * @param withoutModel nodes where its latest tries found no model: others go first
 */
public record PlacementDemand(
        Budget budget,
        int headroomPercent,
        Map<String, String> nodeSelector,
        List<Tolerated> tolerations,
        Optional<String> present,
        Set<String> withoutModel) {
    public PlacementDemand {
        nodeSelector = Map.copyOf(nodeSelector);
        tolerations = List.copyOf(tolerations);
        withoutModel = Set.copyOf(withoutModel);
    }

    /** Budget and headroom, as they would be charged on a node. */
    Commitment needed(NodeView node) {
        return Commitment.of(budget, node.unified()).withHeadroom(headroomPercent);
    }

    /**
     * A toleration as in a pod's spec; an empty key with {@code exists} tolerates every taint, an
     * empty effect every effect.
     */
    public record Tolerated(String key, boolean exists, String value, String effect) {
        boolean covers(NodeView.Taint taint) {
            boolean sameKey = key.equals(taint.key()) || (key.isEmpty() && exists);
            boolean sameEffect = effect.isEmpty() || effect.equals(taint.effect());
            return sameKey && sameEffect && (exists || value.equals(taint.value()));
        }
    }
}
