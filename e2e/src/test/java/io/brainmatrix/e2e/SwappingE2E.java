package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.extension.ExtendWith;

/** On a node that swaps nobody is let in, and whoever runs there is left alone. */
@Tag("cluster")
@ExtendWith(Installation.class)
@EnabledIfEnvironmentVariable(
        named = FleetE2E.COMMAND,
        matches = ".+",
        disabledReason = "needs a command that runs kwok")
class SwappingE2E {
    private static final long GI = 1L << 30;

    private final Cluster cluster;
    private final World world = new World();

    SwappingE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void closesTheGateAndOpensItWhenItIsOver() {
        world.place(Models.chain(Models.TINY_MIB), "swap.gguf");
        String kwok = Objects.requireNonNull(System.getenv(FleetE2E.COMMAND));
        try (FakeNodes nodes = FakeNodes.add(cluster, kwok, List.of(16 * GI));
                ClusterUser user = new ClusterUser(cluster, "e2e-swapping")) {
            user.apply(matrix("there"));
            user.awaitReady("there", "subject");
            String uid = user.podOf("there", "subject").getMetadata().getUid();

            nodes.swapping(true);
            Await.until(
                    cluster,
                    "it is told",
                    () -> {
                        user.apply(matrix("late"));
                        assertThat(user.status("late", "subject").reason())
                                .isEqualTo(Reason.Swapping);
                    });
            assertThat(user.status("late", "subject").message())
                    .contains("256Mi in swap on a disk", "pages are being swapped");
            Await.during(
                    cluster,
                    "nobody comes, nobody goes",
                    Duration.ofSeconds(3),
                    () ->
                            assertThat(user.pods())
                                    .singleElement()
                                    .satisfies(
                                            p ->
                                                    assertThat(p.getMetadata().getUid())
                                                            .isEqualTo(uid)));
            assertThat(user.status("there", "subject").reason()).isEqualTo(Reason.Ready);

            nodes.swapping(false);
            user.awaitReady("late", "subject");
        } finally {
            world.remove("swap.gguf");
        }
    }

    private static Matrix matrix(String name) {
        return Matrix.on(name, World.hostPath("swap.gguf"))
                .spec(
                        "placement: {nodeSelector: {%s: \"true\"}, tolerations: [{key: %s, operator: Exists}]}"
                                .formatted(FakeNodes.LABEL, FakeNodes.TAINT))
                .instance("name: subject, budget: {ram: 1Gi}");
    }
}
