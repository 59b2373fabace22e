package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.Crashes;
import io.brainmatrix.api.v1alpha1.EndClass;
import io.brainmatrix.api.v1alpha1.Reason;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.extension.ExtendWith;

/** A node that is taken away with its pods, and comes back: nobody died. */
@Tag("cluster")
@Order(2)
@ExtendWith(Installation.class)
@EnabledIfEnvironmentVariable(
        named = NodeParts.COMMAND,
        matches = ".+",
        disabledReason = "needs a command that stops and starts the node's components")
class NodeLostE2E {
    private static final String MATRIX = "lost";

    private final Cluster cluster;

    NodeLostE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void itsInstancesComeBackAndNoTryIsUsed() {
        World world = new World();
        NodeParts parts = new NodeParts();
        world.place(Models.chain(Models.TINY_MIB), "lost.gguf");
        try (ClusterUser user = new ClusterUser(cluster, "e2e-lost")) {
            user.apply(
                    Matrix.on(MATRIX, World.hostPath("lost.gguf"))
                            .instance("name: first, budget: {ram: 256Mi}")
                            .instance("name: second, budget: {ram: 256Mi}"));
            user.awaitReady(MATRIX, "first", "second");
            String node = cluster.node();

            parts.kill("kubelet");
            try {
                cluster.client().nodes().withName(node).delete();
                Await.until(
                        cluster,
                        "the pods of the node are collected",
                        () ->
                                assertThat(user.pods())
                                        .allMatch(
                                                p ->
                                                        p.getMetadata().getDeletionTimestamp()
                                                                != null));
            } finally {
                parts.start("kubelet");
            }

            for (String instance : new String[] {"first", "second"}) {
                Await.until(
                        cluster,
                        instance + " begins its second life",
                        () -> assertThat(user.status(MATRIX, instance).lives()).isEqualTo(2));
            }
            user.awaitReady(MATRIX, "first", "second");
            for (String instance : new String[] {"first", "second"}) {
                assertThat(user.deaths(MATRIX, instance)).as(instance).isZero();
                Crashes crashes = Objects.requireNonNull(user.status(MATRIX, instance).crashes());
                assertThat(crashes.recent().getFirst().endClass()).isEqualTo(EndClass.NodeLost);
            }
        } finally {
            world.remove("lost.gguf");
        }
    }

    /**
     * With another node that is Ready the cluster deletes the pods of one that does not answer;
     * they stay until its kubelet is back, since nobody knows what they hold. About a minute.
     */
    @Test
    @Tag("long")
    @EnabledIfEnvironmentVariable(
            named = FleetE2E.COMMAND,
            matches = ".+",
            disabledReason = "needs a command that runs kwok")
    void aKubeletThatOnlyStopsIsWaitedForAndNoTryIsUsed() {
        World world = new World();
        NodeParts parts = new NodeParts();
        world.place(Models.chain(Models.TINY_MIB), "lost.gguf");
        String node = cluster.node();
        try (ClusterUser user = new ClusterUser(cluster, "e2e-silent");
                FakeNodes _ = FakeNodes.quick(cluster, System.getenv(FleetE2E.COMMAND), 8L << 30)) {
            user.apply(
                    Matrix.on(MATRIX, World.hostPath("lost.gguf"))
                            .spec(
                                    "placement: {nodeSelector: {kubernetes.io/hostname: %s}, tolerations: [{key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 2}]}"
                                            .formatted(node))
                            .instance("name: first, budget: {ram: 256Mi}"));
            user.awaitReady(MATRIX, "first");

            parts.kill("kubelet");
            try {
                Await.until(
                        cluster,
                        "the cluster has deleted its pod",
                        () ->
                                assertThat(
                                                user.podOf(MATRIX, "first")
                                                        .getMetadata()
                                                        .getDeletionTimestamp())
                                        .isNotNull());
                user.awaitReason(MATRIX, "first", Reason.NodeLost);
                Await.during(
                        cluster,
                        "its life is not over",
                        Duration.ofSeconds(5),
                        () -> {
                            assertThat(user.pods()).hasSize(1);
                            assertThat(user.status(MATRIX, "first").lives()).isEqualTo(1);
                            assertThat(user.status(MATRIX, "first").reason())
                                    .isEqualTo(Reason.NodeLost);
                        });
            } finally {
                parts.start("kubelet");
            }

            Await.until(
                    cluster,
                    "it begins its second life",
                    () -> assertThat(user.status(MATRIX, "first").lives()).isEqualTo(2));
            user.awaitReady(MATRIX, "first");
            assertThat(user.deaths(MATRIX, "first")).isZero();
            Crashes crashes = Objects.requireNonNull(user.status(MATRIX, "first").crashes());
            assertThat(crashes.recent().getFirst().endClass())
                    .as("taken away by the taint")
                    .isEqualTo(EndClass.Evicted);
        } finally {
            world.remove("lost.gguf");
        }
    }
}
