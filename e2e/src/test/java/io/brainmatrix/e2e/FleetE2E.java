package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.InstanceStatus;
import io.brainmatrix.api.v1alpha1.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.extension.ExtendWith;

/** Forty matrices on twenty nodes of four sizes: placement, and a lane for each node. */
@Tag("cluster")
@Order(3)
@ExtendWith(Installation.class)
@EnabledIfEnvironmentVariable(
        named = FleetE2E.COMMAND,
        matches = ".+",
        disabledReason = "needs a command that runs kwok against the cluster")
class FleetE2E {
    static final String COMMAND = "BRAINMATRIX_KWOK";

    private static final long GI = 1L << 30;
    private static final int NODES = 20;
    private static final int MATRICES = 40;
    private static final long[] SIZES = {8, 16, 32, 64};
    private static final long[] SMALL = {1, 2, 3, 4};
    private static final long[] BIG = {3, 4, 6, 10};

    private final Cluster cluster;
    private final World world = new World();

    FleetE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void allFindANodeAndLanesOfDifferentNodesGoOnSideBySide() {
        world.place(Models.chain(Models.TINY_MIB), "fleet.gguf");
        List<Long> sizes =
                Stream.iterate(0, i -> i + 1)
                        .limit(NODES)
                        .map(i -> SIZES[i % SIZES.length] * GI)
                        .toList();
        String kwok = Objects.requireNonNull(System.getenv(COMMAND));
        try (FakeNodes nodes = FakeNodes.add(cluster, kwok, sizes);
                ClusterUser user = new ClusterUser(cluster, "e2e-fleet")) {
            List<LaneHistory> lanes =
                    nodes.names().stream().map(n -> new LaneHistory(cluster, n)).toList();
            Instant asked = Instant.now();
            for (int i = 0; i < MATRICES; i++) {
                user.apply(matrix(i));
            }
            List<String> open = new ArrayList<>();
            for (int i = 0; i < MATRICES; i++) {
                open.add(name(i));
            }
            // Not all at once: a cluster of two cores takes its time for eighty pods.
            while (!open.isEmpty()) {
                String next = open.removeFirst();
                user.awaitReady(next, "small", "big");
            }
            Figures.note(
                    "%d matrices of two on %d nodes, apply to all Ready".formatted(MATRICES, NODES),
                    Duration.between(asked, Instant.now()));

            fitsEverywhere(user, nodes, sizes);
            sideBySide(lanes);
            lanes.forEach(LaneHistory::close);
        } finally {
            world.remove("fleet.gguf");
        }
    }

    /** Nobody is where there is no room, by the pods' own limits. */
    private void fitsEverywhere(ClusterUser user, FakeNodes nodes, List<Long> sizes) {
        Map<String, Long> committed =
                user.pods().stream()
                        .collect(
                                Collectors.groupingBy(
                                        p -> p.getSpec().getNodeName(),
                                        Collectors.summingLong(FakeNodes::limit)));
        assertThat(user.pods()).hasSize(2 * MATRICES);
        for (int i = 0; i < NODES; i++) {
            String node = nodes.names().get(i);
            long room = sizes.get(i) - sizes.get(i) / 20;
            assertThat(committed.getOrDefault(node, 0L)).as(node).isLessThanOrEqualTo(room);
        }
        List<InstanceStatus> all =
                cluster
                        .client()
                        .resources(BrainMatrix.class)
                        .inNamespace(user.namespace())
                        .list()
                        .getItems()
                        .stream()
                        .flatMap(m -> m.getStatus().instances().stream())
                        .toList();
        assertThat(all)
                .hasSize(2 * MATRICES)
                .allSatisfy(
                        i -> {
                            assertThat(i.phase()).isEqualTo(Phase.Ready);
                            assertThat(nodes.names()).contains(i.node());
                        });
    }

    private static void sideBySide(List<LaneHistory> lanes) {
        List<LaneHistory.Hold> all = new ArrayList<>();
        for (LaneHistory lane : lanes) {
            List<LaneHistory.Hold> holds =
                    lane.holds().stream().filter(h -> h.to() != null).toList();
            for (int i = 1; i < holds.size(); i++) {
                assertThat(holds.get(i).from()).isAfterOrEqualTo(holds.get(i - 1).end());
            }
            all.addAll(holds);
        }
        long most =
                all.stream()
                        .mapToLong(
                                h ->
                                        all.stream()
                                                .filter(
                                                        o ->
                                                                !o.from().isAfter(h.from())
                                                                        && o.end()
                                                                                .isAfter(h.from()))
                                                .count())
                        .max()
                        .orElse(0);
        assertThat(most).as("lanes held at the same time").isGreaterThanOrEqualTo(5);
    }

    private static String name(int i) {
        return "fleet-%02d".formatted(i);
    }

    private static Matrix matrix(int i) {
        return Matrix.on(name(i), World.hostPath("fleet.gguf"))
                .spec(
                        "placement: {nodeSelector: {%s: \"true\"}, tolerations: [{key: %s, operator: Exists}]}"
                                .formatted(FakeNodes.LABEL, FakeNodes.TAINT))
                .instance("name: small, budget: {ram: %dGi}".formatted(SMALL[i % SMALL.length]))
                .instance("name: big, budget: {ram: %dGi}".formatted(BIG[i % BIG.length]));
    }
}
