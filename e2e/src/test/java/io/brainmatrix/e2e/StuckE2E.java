package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.Reason;
import io.brainmatrix.quickstart.Chart;
import io.brainmatrix.quickstart.InferenceImage;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Pods that were taken and get nowhere, by an image, a mount or the scheduler: each with the words
 * of whoever stopped it, the lane free at once, nobody else held up, no death counted.
 */
@Tag("cluster")
@ExtendWith(Installation.class)
class StuckE2E {
    private static final String MATRIX = "stuck";
    private static final String VOLUME = "e2e-lost";
    private static final Duration LANE_FREE_WITHIN = Duration.ofSeconds(5);

    private final Cluster cluster;
    private final World world = new World();
    private final Matrix good =
            Matrix.on(MATRIX, World.hostPath("stuck.gguf"))
                    .instance("name: one, budget: {ram: 512Mi}");

    StuckE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void place() {
        world.place(Models.chain(Models.TINY_MIB), "stuck.gguf");
    }

    @AfterEach
    void remove() {
        world.remove("stuck.gguf");
    }

    @Test
    void anImageThatIsNotThere() {
        String image = InferenceImage.of(cluster.client(), Chart.NAMESPACE);
        try (ClusterUser user = new ClusterUser(cluster, "e2e-stuck-image");
                ClusterUser free = new ClusterUser(cluster, "e2e-stuck-beside");
                LaneHistory lane = new LaneHistory(cluster)) {
            try (OwnOperator _ = OwnOperator.making(cluster, image + "-of-nowhere")) {
                user.apply(good);
                free.apply(good);
                // The other's turn comes too; it is to have the same image, and says so.
                for (ClusterUser each : List.of(user, free)) {
                    each.awaitReason(MATRIX, "one", Reason.ImageUnavailable);
                    assertThat(each.status(MATRIX, "one").message()).contains("-of-nowhere");
                }
                freedInTime(lane);
            }
            user.awaitReady(MATRIX, "one");
            free.awaitReady(MATRIX, "one");
            assertThat(user.deaths(MATRIX, "one")).isZero();
        }
    }

    @Test
    void aMountThatFails() {
        try (ClusterUser stuck = new ClusterUser(cluster, "e2e-stuck-mount");
                ClusterUser free = new ClusterUser(cluster, "e2e-stuck-beside");
                LaneHistory lane = new LaneHistory(cluster)) {
            claimOfADirectoryThatIsNotThere(stuck.namespace());
            stuck.apply(
                    new Matrix(
                            MATRIX,
                            "{persistentVolumeClaim: {claimName: lost, path: stuck.gguf}}",
                            List.of(),
                            List.of("- {name: one, budget: {ram: 512Mi}}")));
            stuck.awaitReason(MATRIX, "one", Reason.MountFailed);
            assertThat(stuck.status(MATRIX, "one").message()).contains("FailedMount");

            free.apply(good);
            free.awaitReady(MATRIX, "one");
            freedInTime(lane);
            assertThat(stuck.deaths(MATRIX, "one")).isZero();
        } finally {
            cluster.client().persistentVolumes().withName(VOLUME).delete();
        }
    }

    @Test
    void aNodeWithoutTheCpuThatItAsksFor() {
        try (ClusterUser user = new ClusterUser(cluster, "e2e-stuck-cpu");
                ClusterUser free = new ClusterUser(cluster, "e2e-stuck-beside");
                LaneHistory lane = new LaneHistory(cluster)) {
            Pod filler = takeAllCpu();
            try {
                user.apply(good);
                free.apply(good);
                // The other's turn comes too, and there is no CPU for it either.
                for (ClusterUser each : List.of(user, free)) {
                    each.awaitReason(MATRIX, "one", Reason.Unschedulable);
                    assertThat(each.status(MATRIX, "one").message())
                            .contains("Unschedulable", "Insufficient cpu");
                }
                freedInTime(lane);
            } finally {
                cluster.client().resource(filler).withGracePeriod(0).delete();
            }
            user.awaitReady(MATRIX, "one");
            free.awaitReady(MATRIX, "one");
            assertThat(user.deaths(MATRIX, "one")).isZero();
        }
    }

    /** The first hold, which was the stuck pod's. */
    private void freedInTime(LaneHistory lane) {
        Await.until(
                cluster,
                "the lane is free",
                () -> assertThat(lane.holds().getFirst().to()).isNotNull());
        LaneHistory.Hold hold = lane.holds().getFirst();
        Duration held = Duration.between(hold.from(), hold.end());
        Figures.note("lane held by a stuck pod", held);
        assertThat(held).isLessThan(LANE_FREE_WITHIN);
    }

    private void claimOfADirectoryThatIsNotThere(String namespace) {
        cluster.client()
                .resource(
                        new PersistentVolumeBuilder()
                                .withNewMetadata()
                                .withName(VOLUME)
                                .endMetadata()
                                .withNewSpec()
                                .addToAccessModes("ReadOnlyMany")
                                .addToCapacity("storage", new Quantity("1Gi"))
                                .withStorageClassName("")
                                .withNewHostPath("/var/lib/brainmatrix/nowhere", "Directory")
                                .withNewClaimRef()
                                .withNamespace(namespace)
                                .withName("lost")
                                .endClaimRef()
                                .endSpec()
                                .build())
                .create();
        cluster.client()
                .resource(
                        new PersistentVolumeClaimBuilder()
                                .withNewMetadata()
                                .withName("lost")
                                .withNamespace(namespace)
                                .endMetadata()
                                .withNewSpec()
                                .addToAccessModes("ReadOnlyMany")
                                .withStorageClassName("")
                                .withVolumeName(VOLUME)
                                .withNewResources()
                                .addToRequests("storage", new Quantity("1Gi"))
                                .endResources()
                                .endSpec()
                                .build())
                .create();
    }

    /** A pod that asks for all CPU that is left on the node and uses none of it. */
    private Pod takeAllCpu() {
        Pod agent = cluster.releasePods("DaemonSet").findFirst().orElseThrow();
        Container container = agent.getSpec().getContainers().getFirst();
        BigDecimal asked =
                cluster.client().pods().inAnyNamespace().list().getItems().stream()
                        .flatMap(p -> p.getSpec().getContainers().stream())
                        .map(Container::getResources)
                        .map(r -> r == null ? null : r.getRequests())
                        .map(r -> r == null ? null : r.get("cpu"))
                        .filter(Objects::nonNull)
                        .map(Quantity::getNumericalAmount)
                        .reduce(BigDecimal.ZERO, BigDecimal::add);
        BigDecimal left =
                Objects.requireNonNull(
                                cluster.client()
                                        .nodes()
                                        .withName(cluster.node())
                                        .get()
                                        .getStatus()
                                        .getAllocatable()
                                        .get("cpu"))
                        .getNumericalAmount()
                        .subtract(asked);
        Pod filler =
                new PodBuilder()
                        .withNewMetadata()
                        .withName("e2e-filler")
                        .withNamespace("default")
                        .endMetadata()
                        .withNewSpec()
                        .addNewContainer()
                        .withName("filler")
                        .withImage(container.getImage())
                        .withImagePullPolicy(container.getImagePullPolicy())
                        .withCommand("/opt/jre/bin/java", "-m", "jdk.httpserver", "-b", "127.0.0.1")
                        .withNewResources()
                        .addToRequests("cpu", new Quantity(left.toPlainString()))
                        .endResources()
                        .endContainer()
                        .endSpec()
                        .build();
        Pod created = cluster.client().resource(filler).create();
        Await.until(
                cluster,
                "the filler is scheduled",
                () ->
                        assertThat(cluster.client().resource(created).get().getSpec().getNodeName())
                                .isNotNull());
        return created;
    }
}
