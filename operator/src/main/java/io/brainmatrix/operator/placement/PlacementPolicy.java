package io.brainmatrix.operator.placement;

import io.brainmatrix.api.v1alpha1.Bytes;
import io.brainmatrix.operator.admission.Commitment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Chooses a node: of those that may run the instance, one with room for it and for all that wait
 * there; else one with room for it now, since those that wait there may be too big for what is
 * left; else any. Among equals one where its model was not found missing, then the one with most
 * room; a cordoned one last. A model that was missing may be there by now: a node without room is
 * no better than one that is worth another try.
 *
 * <p>A placed instance that has no pod stays where it is unless another node is better in that
 * sense; one with a pod is never asked about.
 */
public final class PlacementPolicy {
    /** Nodes of which a message says why they may not; a status is for people. */
    private static final int LINES_MAX = 10;

    private PlacementPolicy() {}

    /** Decides; total for any list of nodes, also an empty one. */
    public static PlacementPlan place(PlacementDemand demand, List<NodeView> nodes) {
        List<NodeView> able = new ArrayList<>();
        List<String> refusals = new ArrayList<>();
        for (NodeView node : nodes) {
            Optional<String> refusal = refusal(demand, node);
            if (refusal.isPresent()) {
                refusals.add("`%s`: %s".formatted(node.name(), refusal.get()));
            } else {
                able.add(node);
            }
        }
        if (able.isEmpty() && nodes.stream().anyMatch(n -> rule(demand, n).isEmpty())) {
            return new PlacementPlan.BudgetExceedsNode(
                    "too big for every node that may run it: %s; lower its `budget`"
                            .formatted(String.join("; ", refusals)));
        }
        if (able.isEmpty()) {
            return new PlacementPlan.NoNodeFits(
                    nodes.isEmpty()
                            ? "the cluster has no nodes"
                            : "no node may run it:" + lines(refusals));
        }
        Comparator<NodeView> better = Comparator.comparingInt(n -> rank(demand, n));
        NodeView best =
                able.stream()
                        .max(
                                better.thenComparingLong(n -> n.room().memory())
                                        .thenComparing(NodeView::name, Comparator.reverseOrder()))
                        .orElseThrow();
        return new PlacementPlan.Place(
                able.stream()
                        .filter(n -> demand.present().filter(n.name()::equals).isPresent())
                        .filter(n -> better.compare(n, best) >= 0)
                        .findFirst()
                        .orElse(best)
                        .name());
    }

    /** A line per node; a cluster of many has the first of them. */
    private static String lines(List<String> refusals) {
        if (refusals.size() == 1) {
            return " " + refusals.getFirst();
        }
        int more = Math.max(0, refusals.size() - LINES_MAX);
        return refusals.stream().limit(LINES_MAX).map("\n- "::concat).collect(Collectors.joining())
                + (more > 0 ? "\n- and %d more".formatted(more) : "");
    }

    private static int rank(PlacementDemand demand, NodeView node) {
        Commitment needed = demand.needed(node);
        int fits = node.room().holds(needed) ? 2 : node.free().holds(needed) ? 1 : 0;
        int model = demand.withoutModel().contains(node.name()) ? 0 : 1;
        return (node.schedulable() ? 6 : 0) + (2 * fits) + model;
    }

    private static Optional<String> refusal(PlacementDemand demand, NodeView node) {
        Optional<String> rule = rule(demand, node);
        Commitment needed = demand.needed(node);
        if (rule.isPresent() || node.most().holds(needed)) {
            return rule;
        }
        boolean memory = needed.memory() > node.most().memory();
        return Optional.of(
                "needs %s, it can give at most %s even when empty"
                        .formatted(
                                memory
                                        ? Bytes.text(needed.memory())
                                        : Bytes.text(needed.discrete()) + " of GPU memory",
                                Bytes.text(memory ? node.most().memory() : node.most().gpu())));
    }

    /** Why a node may not run it, whatever its size. */
    private static Optional<String> rule(PlacementDemand demand, NodeView node) {
        for (var label : demand.nodeSelector().entrySet()) {
            if (!label.getValue().equals(node.labels().get(label.getKey()))) {
                return Optional.of(
                        "lacks the label %s=%s".formatted(label.getKey(), label.getValue()));
            }
        }
        for (NodeView.Taint taint : node.taints()) {
            if (demand.tolerations().stream().noneMatch(t -> t.covers(taint))) {
                return Optional.of(
                        "has the taint %s=%s:%s that is not tolerated"
                                .formatted(taint.key(), taint.value(), taint.effect()));
            }
        }
        if (!node.ready()) {
            return Optional.of("is not Ready");
        }
        if (!node.hasAgent()) {
            return Optional.of("has no NodeMemory; is its node agent running?");
        }
        if (demand.needed(node).discrete() > 0 && node.most().gpu() == 0) {
            return Optional.of("tells of no memory of a GPU");
        }
        return Optional.empty();
    }
}
