package io.brainmatrix.operator.placement;

import java.util.List;
import java.util.Map;

/**
 * A node as placement sees it; bytes.
 *
 * @param room what its ledger has left: allocatable less reserve, other pods, and what is placed
 *     there already
 * @param most what it could give if none of ours were there
 * @param taints those that keep pods away (NoSchedule, NoExecute)
 * @param hasAgent whether its agent publishes readings
 */
public record NodeView(
        String name,
        boolean ready,
        boolean schedulable,
        Map<String, String> labels,
        List<Taint> taints,
        long room,
        long most,
        boolean hasAgent) {
    public NodeView {
        labels = Map.copyOf(labels);
        taints = List.copyOf(taints);
    }

    /** A node's taint; the value may be empty. */
    public record Taint(String key, String value, String effect) {}
}
