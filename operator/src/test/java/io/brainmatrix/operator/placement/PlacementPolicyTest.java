package io.brainmatrix.operator.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.Budget;
import io.brainmatrix.operator.admission.Commitment;
import io.brainmatrix.operator.admission.Room;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlacementPolicyTest {
    private static final long GI = 1L << 30;

    private static NodeView node(String name, long room, long most, NodeView.Taint... taints) {
        return node(name, room, 0, most, taints);
    }

    private static NodeView node(
            String name, long free, long promised, long most, NodeView.Taint... taints) {
        return new NodeView(
                name,
                true,
                true,
                Map.of("zone", "a"),
                List.of(taints),
                true,
                new Room(free, 0),
                new Commitment(promised, 0, true),
                new Room(most, 0),
                true);
    }

    private static PlacementDemand demand(long needed, String present) {
        return new PlacementDemand(
                new Budget(new Quantity(Long.toString(needed)), null, null),
                0,
                Map.of("zone", "a"),
                List.of(),
                present.isEmpty() ? Optional.empty() : Optional.of(present),
                Set.of());
    }

    private static PlacementDemand missing(PlacementDemand demand, String... nodes) {
        return new PlacementDemand(
                demand.budget(),
                demand.headroomPercent(),
                demand.nodeSelector(),
                demand.tolerations(),
                demand.present(),
                Set.of(nodes));
    }

    @Test
    void ofNodesWithRoomOneWhereTheModelWasMissingIsTheLast() {
        NodeView a = node("a", 4 * GI, 8 * GI);
        NodeView tight = node("b", 2 * GI, 8 * GI);
        NodeView full = node("c", 0, 8 * GI);

        assertThat(place(missing(demand(GI, "a"), "a"), a, tight, full))
                .isEqualTo(new PlacementPlan.Place("b"));
        assertThat(place(missing(demand(GI, "b"), "a", "b"), a, tight, full))
                .as("missing on both")
                .isEqualTo(new PlacementPlan.Place("b"));
        assertThat(place(missing(demand(GI, "a"), "a"), a, full))
                .as("another try, rather than to wait for room without end")
                .isEqualTo(new PlacementPlan.Place("a"));
        assertThat(place(missing(demand(GI, "a"), "a"), a))
                .as("somebody may put it there")
                .isEqualTo(new PlacementPlan.Place("a"));
    }

    private static PlacementPlan place(PlacementDemand demand, NodeView... nodes) {
        return PlacementPolicy.place(demand, List.of(nodes));
    }

    @Test
    void theOneWithMostRoomIsChosen() {
        assertThat(place(demand(GI, ""), node("a", 2 * GI, 8 * GI), node("b", 4 * GI, 8 * GI)))
                .isEqualTo(new PlacementPlan.Place("b"));
    }

    @Test
    void aPlacedOneStaysAsLongAsItFits() {
        assertThat(place(demand(GI, "a"), node("a", 2 * GI, 8 * GI), node("b", 4 * GI, 8 * GI)))
                .isEqualTo(new PlacementPlan.Place("a"));
        assertThat(place(demand(3 * GI, "a"), node("a", 2 * GI, 8 * GI), node("b", 4 * GI, 8 * GI)))
                .isEqualTo(new PlacementPlan.Place("b"));
    }

    @Test
    void r4WhatWaitsOnANodeDoesNotKeepOthersFromItsRoom() {
        // 4Gi are free on b, and something that needs more than that was placed there.
        NodeView full = node("a", 0, 0, 8 * GI);
        NodeView waitedFor = node("b", 4 * GI, 6 * GI, 8 * GI);

        assertThat(place(demand(3 * GI, "a"), full, waitedFor))
                .isEqualTo(new PlacementPlan.Place("b"));
        assertThat(place(demand(3 * GI, "b"), full, waitedFor))
                .isEqualTo(new PlacementPlan.Place("b"));
        assertThat(place(demand(3 * GI, "a"), full, waitedFor, node("c", 4 * GI, 0, 8 * GI)))
                .isEqualTo(new PlacementPlan.Place("c"));
    }

    @Test
    void aBudgetTooBigForEveryNodeIsToldFromANodeThatMayNotRunIt() {
        assertThat(place(demand(9 * GI, ""), node("a", 2 * GI, 8 * GI)))
                .isInstanceOfSatisfying(
                        PlacementPlan.BudgetExceedsNode.class,
                        p -> assertThat(p.message()).contains("needs 9Gi").contains("8Gi"));
        assertThat(
                        place(
                                demand(9 * GI, ""),
                                node("a", GI, 8 * GI, new NodeView.Taint("gpu", "", "NoSchedule"))))
                .isInstanceOfSatisfying(
                        PlacementPlan.NoNodeFits.class,
                        p -> assertThat(p.message()).contains("taint gpu"));
    }

    @Test
    void eachNodeThatMayNotHasALineThatSaysWhy() {
        NodeView able = node("able", 4 * GI, 8 * GI);

        assertThat(
                        place(
                                demand(GI, ""),
                                node(
                                        "a",
                                        4 * GI,
                                        8 * GI,
                                        new NodeView.Taint("gpu", "on", "NoSchedule")),
                                with(able, "b", false, true, "a"),
                                with(able, "c", true, false, "a"),
                                with(able, "d", true, true, "b")))
                .isEqualTo(
                        new PlacementPlan.NoNodeFits(
                                """
                                no node may run it:
                                - `a`: has the taint gpu=on:NoSchedule that is not tolerated
                                - `b`: is not Ready
                                - `c`: has no NodeMemory; is its node agent running?
                                - `d`: lacks the label zone=a"""));
    }

    @Test
    void ofManyNodesTheFirstAreNamed() {
        NodeView[] many =
                IntStream.range(0, 12)
                        .mapToObj(i -> with(node("x", GI, GI), "n" + i, false, true, "a"))
                        .toArray(NodeView[]::new);

        assertThat(place(demand(GI, ""), many))
                .isInstanceOfSatisfying(
                        PlacementPlan.NoNodeFits.class,
                        p ->
                                assertThat(p.message().lines())
                                        .hasSize(12)
                                        .last()
                                        .isEqualTo("- and 2 more"));
    }

    /** A toleration of key, exists, value and effect; the taint that it meets or does not. */
    @ParameterizedTest
    @CsvSource({
        "gpu, false, on, NoSchedule, gpu, on, NoSchedule, true",
        "gpu, false, off, NoSchedule, gpu, on, NoSchedule, false",
        "gpu, true, '', NoSchedule, gpu, on, NoSchedule, true",
        "gpu, true, '', NoExecute, gpu, on, NoSchedule, false",
        "gpu, true, '', '', gpu, on, NoExecute, true",
        "other, true, '', '', gpu, on, NoSchedule, false",
        "'', true, '', '', gpu, on, NoSchedule, true",
        "'', false, on, '', gpu, on, NoSchedule, false",
    })
    void aTaintIsToleratedByKeyOperatorValueAndEffect(
            String key,
            boolean exists,
            String value,
            String effect,
            String taint,
            String taintValue,
            String taintEffect,
            boolean covered) {
        assertThat(
                        new PlacementDemand.Tolerated(key, exists, value, effect)
                                .covers(new NodeView.Taint(taint, taintValue, taintEffect)))
                .isEqualTo(covered);
    }

    private static NodeView with(
            NodeView node, String name, boolean ready, boolean agent, String zone) {
        return new NodeView(
                name,
                ready,
                node.schedulable(),
                Map.of("zone", zone),
                node.taints(),
                node.unified(),
                node.free(),
                node.promised(),
                node.most(),
                agent);
    }

    @Test
    void noNodesAtAllIsSaid() {
        assertThat(place(demand(GI, "")))
                .isEqualTo(new PlacementPlan.NoNodeFits("the cluster has no nodes"));
    }

    /** A node whose GPU has memory of its own. */
    private static NodeView discrete(String name, long free, long gpuFree, long gpu) {
        return new NodeView(
                name,
                true,
                true,
                Map.of("zone", "a"),
                List.of(),
                false,
                new Room(free, gpuFree),
                Commitment.none(false),
                new Room(8 * GI, gpu),
                true);
    }

    private static PlacementDemand onGpu(long ram, long gpu) {
        return new PlacementDemand(
                new Budget(
                        new Quantity(Long.toString(ram)), null, new Quantity(Long.toString(gpu))),
                0,
                Map.of("zone", "a"),
                List.of(),
                Optional.empty(),
                Set.of());
    }

    @Test
    void aGpuBudgetIsChargedToThePoolWhereThereIsOneAndToTheGpuElsewhere() {
        NodeView unified = node("a", 4 * GI, 8 * GI);

        assertThat(place(onGpu(2 * GI, 3 * GI), unified, discrete("b", 4 * GI, 3 * GI, 8 * GI)))
                .isEqualTo(new PlacementPlan.Place("b"));
        assertThat(place(onGpu(2 * GI, 2 * GI), unified, discrete("b", 4 * GI, GI, 8 * GI)))
                .isEqualTo(new PlacementPlan.Place("a"));
        assertThat(place(onGpu(3 * GI, 6 * GI), unified, discrete("b", 4 * GI, 0, 8 * GI)))
                .isEqualTo(new PlacementPlan.Place("b"));
    }

    @Test
    void aNodeWhoseGpuNobodyTellsOfMayNotRunItAndOneTooSmallSaysSo() {
        assertThat(place(onGpu(GI, GI), discrete("a", 4 * GI, 0, 0)))
                .isEqualTo(
                        new PlacementPlan.NoNodeFits(
                                "no node may run it: `a`: tells of no memory of a GPU"));
        assertThat(place(onGpu(GI, 9 * GI), discrete("a", 4 * GI, 8 * GI, 8 * GI)))
                .isEqualTo(
                        new PlacementPlan.BudgetExceedsNode(
                                "too big for every node that may run it: `a`: needs 9Gi of GPU memory, it can give at most 8Gi even when empty; lower its `budget`"));
    }
}
