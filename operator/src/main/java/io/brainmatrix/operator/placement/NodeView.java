package io.brainmatrix.operator.placement;

import io.brainmatrix.operator.admission.Commitment;
import io.brainmatrix.operator.admission.Room;
import java.util.List;
import java.util.Map;

/**
 * A node as placement sees it.
 *
 * @param free what it could let in now, by its ledger and, while nobody loads, by measurement
 * @param promised what waits there already to be let in
 * @param most what it could give if none of ours were there
 * @param unified whether CPU and GPU share one pool
 * @param taints those that keep pods away (NoSchedule, NoExecute)
 * @param hasAgent whether its agent publishes readings
 */
public record NodeView(
        String name,
        boolean ready,
        boolean schedulable,
        Map<String, String> labels,
        List<Taint> taints,
        boolean unified,
        Room free,
        Commitment promised,
        Room most,
        boolean hasAgent) {
    public NodeView {
        labels = Map.copyOf(labels);
        taints = List.copyOf(taints);
    }

    /** What is left once all that wait there were let in; negative when they do not fit. */
    public Room room() {
        return free.without(promised);
    }

    /** A node's taint; the value may be empty. */
    public record Taint(String key, String value, String effect) {}
}
