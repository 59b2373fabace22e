package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.Crashes;
import io.brainmatrix.api.v1alpha1.EndClass;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.extension.ExtendWith;

/** The node starts anew with everything on it, the control plane and the operator too. */
@Tag("cluster")
@Order(6)
@ExtendWith(Installation.class)
@EnabledIfEnvironmentVariable(
        named = RebootE2E.COMMAND,
        matches = ".+",
        disabledReason = "needs a command that restarts the cluster's node")
class RebootE2E {
    static final String COMMAND = "BRAINMATRIX_REBOOT_NODE";

    private static final String MATRIX = "rebooted";
    private static final List<String> INSTANCES = List.of("first", "second", "third");

    private final Cluster cluster;
    private final World world = new World();

    RebootE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void everybodyComesBackOneByOneAndNoTryIsUsed() throws Exception {
        world.place(Models.chain(Models.TINY_MIB), "rebooted.gguf");
        try (ClusterUser user = new ClusterUser(cluster, "e2e-rebooted")) {
            user.apply(
                    Matrix.on(MATRIX, World.hostPath("rebooted.gguf"))
                            .instance("name: first, budget: {ram: 512Mi}")
                            .instance("name: second, watches: [first], budget: {ram: 512Mi}")
                            .instance("name: third, budget: {ram: 512Mi}"));
            try (LaneHistory lane = new LaneHistory(cluster)) {
                user.awaitReady(MATRIX, "first", "second", "third");
                Await.until(cluster, "the lane is free", () -> assertThat(lane.holder()).isNull());
            }
            String before = bootId();

            Process reboot =
                    new ProcessBuilder(Objects.requireNonNull(System.getenv(COMMAND)))
                            .inheritIO()
                            .start();
            assertThat(reboot.waitFor()).isZero();
            Instant back = Instant.now();
            try (LaneHistory lane = new LaneHistory(cluster)) {
                Await.until(
                        cluster,
                        "the node tells its new boot id",
                        () -> assertThat(bootId()).isNotEqualTo(before));
                for (String instance : INSTANCES) {
                    Await.until(
                            cluster,
                            instance + " begins its second life",
                            () -> assertThat(user.status(MATRIX, instance).lives()).isEqualTo(2));
                }
                user.awaitReady(MATRIX, "first", "second", "third");
                Figures.note(
                        "API server back, three Ready again",
                        Duration.between(back, Instant.now()));
                Await.until(cluster, "the lane is free", () -> assertThat(lane.holder()).isNull());

                List<LaneHistory.Hold> holds = lane.holds();
                assertThat(holds)
                        .extracting(LaneHistory.Hold::pod)
                        .containsExactlyInAnyOrderElementsOf(
                                INSTANCES.stream().map(i -> MATRIX + "-" + i + "-2").toList());
                for (int i = 1; i < holds.size(); i++) {
                    assertThat(holds.get(i).from()).isAfterOrEqualTo(holds.get(i - 1).end());
                }
            }
            for (String instance : INSTANCES) {
                assertThat(user.deaths(MATRIX, instance)).as(instance).isZero();
                Crashes crashes = Objects.requireNonNull(user.status(MATRIX, instance).crashes());
                assertThat(crashes.recent().getFirst().endClass()).isEqualTo(EndClass.NodeRebooted);
            }
        } finally {
            world.remove("rebooted.gguf");
        }
    }

    private String bootId() {
        return cluster.client()
                .nodes()
                .withName(cluster.node())
                .get()
                .getStatus()
                .getNodeInfo()
                .getBootID();
    }
}
