package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.GpuShare;
import io.brainmatrix.api.v1alpha1.Reason;
import io.brainmatrix.quickstart.Chart;
import io.brainmatrix.quickstart.InferenceImage;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Budgets on a GPU that shares the node's memory: in the ledger, in the pod's plan, in the status.
 * There is no GPU here: an engine that only says it has one stands for it.
 */
@Tag("cluster")
@ExtendWith(Installation.class)
class GpuE2E {
    private static final String MATRIX = "gpu";

    private final Cluster cluster;
    private final World world = new World();

    GpuE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void place() {
        world.place(Models.chain(Models.TINY_MIB), "gpu.gguf");
    }

    @AfterEach
    void remove() {
        world.remove("gpu.gguf");
    }

    @Test
    void anEngineWithoutAGpuIsToldAndIsNoDeath() {
        try (ClusterUser user = new ClusterUser(cluster, "e2e-gpu-none")) {
            user.apply(
                    Matrix.on(MATRIX, World.hostPath("gpu.gguf"))
                            .instance("name: one, budget: {ram: 512Mi, gpu: 1Gi}"));
            user.awaitReason(MATRIX, "one", Reason.GpuUnavailable);
            assertThat(user.status(MATRIX, "one").message()).contains("remove `budget.gpu`");
            assertThat(user.deaths(MATRIX, "one")).isZero();

            user.apply(
                    Matrix.on(MATRIX, World.hostPath("gpu.gguf"))
                            .instance("name: one, budget: {ram: 512Mi}"));
            user.awaitReady(MATRIX, "one");
            assertThat(user.status(MATRIX, "one").gpu()).isNull();
        }
    }

    @Test
    void ofTwoWhoseSharesExceedThePoolTheSecondWaitsUntilItAsksForLess() {
        String image = InferenceImage.of(cluster.client(), Chart.NAMESPACE);
        try (OwnOperator _ =
                        OwnOperator.making(
                                cluster,
                                image.replace("inference-pod:", "inference-pod-thirsty:"));
                ClusterUser user = new ClusterUser(cluster, "e2e-gpu-two")) {
            // The original's second scenario: two shares that are 137 % of the pool.
            long share = cluster.allocatable() / 1000 * 685;
            Matrix first =
                    Matrix.on(MATRIX, World.hostPath("gpu.gguf"))
                            .instance(
                                    "name: first, budget: {ram: 512Mi, gpu: %d}".formatted(share));
            user.apply(
                    first.instance("name: second, budget: {ram: 512Mi, gpu: %d}".formatted(share)));
            user.awaitReady(MATRIX, "first");
            user.awaitReason(MATRIX, "second", Reason.WaitingForMemory);
            assertThat(user.status(MATRIX, "second").message())
                    .containsPattern("budget 512Mi RAM and [0-9.]+Gi GPU \\+ 20 % headroom")
                    .containsPattern("has -?[0-9.]+[GM]i free = ");
            GpuShare told = Objects.requireNonNull(user.status(MATRIX, "first").gpu());
            assertThat(told.declared()).isEqualTo(share);
            assertThat(told.predicted()).isPositive();
            assertThat(told.layersOnGpu()).isPositive().isEqualTo(told.layers());

            user.apply(first.instance("name: second, budget: {ram: 512Mi, gpu: 1Gi}"));
            user.awaitReady(MATRIX, "first", "second");
            assertThat(user.status(MATRIX, "first").lives()).isEqualTo(1);
        }
    }
}
