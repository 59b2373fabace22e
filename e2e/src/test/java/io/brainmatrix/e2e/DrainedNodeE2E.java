package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
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
                drain();
                Duration drained = Duration.between(began, Instant.now());
                Figures.note("node drained", drained);
                assertThat(drained).isLessThan(DRAINED_WITHIN);
                user.awaitReason(MATRIX, "first", Reason.NodeUnschedulable);
            } finally {
                uncordon();
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

    /** As the documents have it; it evicts the operator too, and waits until all pods are gone. */
    private void drain() {
        Script drain =
                Script.run(
                        "kubectl",
                        "drain",
                        cluster.node(),
                        "--ignore-daemonsets",
                        "--delete-emptydir-data",
                        "--timeout=%ds".formatted(DRAINED_WITHIN.toSeconds()));
        assertThat(drain.status()).as("%s", drain.output()).isZero();
        assertThat(drain.output()).contains("pod/%s-first-1 evicted".formatted(MATRIX));
    }

    private void uncordon() {
        Script uncordon = Script.run("kubectl", "uncordon", cluster.node());
        assertThat(uncordon.status()).as("%s", uncordon.output()).isZero();
    }
}
