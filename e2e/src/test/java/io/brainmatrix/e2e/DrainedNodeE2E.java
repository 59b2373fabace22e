package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.Reason;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The only node is drained, with the operator on it, and comes back. */
@Tag("cluster")
@ExtendWith(Installation.class)
class DrainedNodeE2E {
    private static final String MATRIX = "drained";
    private static final Duration DRAINED_WITHIN = Duration.ofSeconds(90);

    private final Cluster cluster;
    private final World world = new World();

    DrainedNodeE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void endsInTimeAndEverybodyComesBackOneByOne() {
        world.place(Models.chain(Models.TINY_MIB), "drained.gguf");
        try (ClusterUser user = new ClusterUser(cluster, "e2e-drained");
                LaneHistory lane = new LaneHistory(cluster)) {
            user.apply(
                    Matrix.on(MATRIX, World.hostPath("drained.gguf"))
                            .instance("name: first, budget: {ram: 512Mi}")
                            .instance("name: second, watches: [first], budget: {ram: 512Mi}"));
            user.awaitReady(MATRIX, "first", "second");

            Instant began = Instant.now();
            try {
                cordon(true);
                // As kubectl drain: everything at once that is no DaemonSet's, the operator too.
                cluster.evict(Objects.requireNonNull(cluster.operator()));
                List<Pod> instances = user.pods();
                instances.forEach(cluster::evict);
                Await.until(
                        cluster,
                        "the node is drained",
                        () ->
                                assertThat(user.pods())
                                        .extracting(p -> p.getMetadata().getUid())
                                        .doesNotContainAnyElementsOf(
                                                instances.stream()
                                                        .map(p -> p.getMetadata().getUid())
                                                        .toList()));
                Duration drained = Duration.between(began, Instant.now());
                Figures.note("node drained", drained);
                assertThat(drained).isLessThan(DRAINED_WITHIN);
                user.awaitReason(MATRIX, "first", Reason.NodeUnschedulable);
            } finally {
                cordon(false);
            }

            user.awaitReady(MATRIX, "first", "second");
            assertThat(user.deaths(MATRIX, "first")).isZero();
            assertThat(user.deaths(MATRIX, "second")).isZero();
            assertThat(lane.holds())
                    .extracting(LaneHistory.Hold::pod)
                    .containsExactlyInAnyOrder(
                            MATRIX + "-first-1",
                            MATRIX + "-second-1",
                            MATRIX + "-first-2",
                            MATRIX + "-second-2");
            List<LaneHistory.Hold> holds = lane.holds();
            for (int i = 1; i < holds.size(); i++) {
                assertThat(holds.get(i).from()).isAfterOrEqualTo(holds.get(i - 1).end());
            }
        } finally {
            world.remove("drained.gguf");
        }
    }

    private void cordon(boolean cordoned) {
        cluster.patchNode("{\"spec\": {\"unschedulable\": %s}}".formatted(cordoned));
    }
}
