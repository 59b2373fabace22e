package io.brainmatrix.operator.placement;

import java.util.List;
import java.util.Map;

/**
 * A node as placement sees it; bytes.
 *
 * @param free what it could let in now, by its ledger and, while nobody loads, by measurement
 * @param promised what waits there already to be let in
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
        long free,
        long promised,
        long most,
        boolean hasAgent) {
    public NodeView {
        labels = Map.copyOf(labels);
        taints = List.copyOf(taints);
    }

    /** What is left once all that wait there were let in; negative when they do not fit. */
    public long room() {
        return free - promised;
    }

    /** A node's taint; the value may be empty. */
    public record Taint(String key, String value, String effect) {}
}
