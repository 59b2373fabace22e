package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.Crash;
import io.brainmatrix.api.v1alpha1.EndClass;
import io.brainmatrix.quickstart.Chart;
import io.brainmatrix.quickstart.InferenceImage;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The guard beside a served model: before the kernel, and in the declared order. */
@Tag("cluster")
@ExtendWith(Installation.class)
class GuardE2E {
    private static final String MATRIX = "guard";
    private static final long MI = 1L << 20;
    private static final long GI = 1L << 30;

    private final Cluster cluster;
    private final World world = new World();

    GuardE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void model() {
        world.place(Models.chain(Models.TINY_MIB), "guard.gguf");
    }

    @AfterEach
    void gone() {
        world.remove("guard.gguf");
    }

    /** A test engine leaks 200 MiB a second when asked: llama.cpp takes all at its load. */
    @Test
    void endsALeakBeforeTheKernelDoesAndSaysWhy() {
        String image = InferenceImage.of(cluster.client(), Chart.NAMESPACE);
        KernelLog kernel = KernelLog.fromNow();
        try (OwnOperator _ =
                        OwnOperator.making(
                                cluster,
                                image.replace("inference-pod:", "inference-pod-thirsty:"));
                ClusterUser user = new ClusterUser(cluster, "e2e-guard-own")) {
            user.apply(
                    Matrix.on(MATRIX, World.hostPath("guard.gguf"))
                            .instance("name: leaky, budget: {ram: 1Gi}"));
            user.awaitReady(MATRIX, "leaky");
            String leaky = user.podOf(MATRIX, "leaky").getMetadata().getUid();
            user.awaitAnswer(MATRIX, "leaky");

            user.service(MATRIX, "leaky").complete("drip 200", 1);
            Await.until(
                    cluster,
                    "its death is counted",
                    () -> assertThat(user.deaths(MATRIX, "leaky")).isEqualTo(1));

            Crash death = last(user, "leaky");
            assertThat(death.endClass()).isEqualTo(EndClass.GuardEnded);
            assertThat(death.exitCode()).isEqualTo(31);
            assertThat(death.message()).contains("were predicted", "budget is 1024Mi");
            assertThat(death.peak()).isBetween(900 * MI, 1024 * MI);
            assertThat(kernel.memoryCgroupsOfKills())
                    .as("the kernel's kills")
                    .noneMatch(cgroup -> cgroup.contains(leaky));
            user.awaitReady(MATRIX, "leaky");
        }
    }

    @Test
    void aNodeUnderPressureShedsTheLowestPriorityAloneAndCountsNoTry() {
        NodeReserve.set(cluster, 6 * GI);
        try (ClusterUser user = new ClusterUser(cluster, "e2e-guard-node")) {
            user.apply(
                    Matrix.on(MATRIX, World.hostPath("guard.gguf"))
                            .instance("name: low, priority: -100, budget: {ram: 256Mi}")
                            .instance("name: middle, budget: {ram: 256Mi}")
                            .instance("name: high, priority: 100, budget: {ram: 256Mi}"));
            user.awaitReady(MATRIX, "low", "middle", "high");

            // Low ends below half of the reserve, the others below three and one tenth of it.
            Ballast ballast = Ballast.process((World.available() - 5 * GI / 2) / MI);
            try {
                Await.until(
                        cluster,
                        "the lowest is shed",
                        () ->
                                assertThat(user.status(MATRIX, "low").crashes())
                                        .isNotNull()
                                        .satisfies(c -> assertThat(c.shed()).isEqualTo(1)));
                Crash death = last(user, "low");
                assertThat(death.endClass()).isEqualTo(EndClass.ShedForNode);
                assertThat(death.exitCode()).isEqualTo(33);
                assertThat(death.message()).contains("for the node's sake");
                assertThat(user.deaths(MATRIX, "low")).as("counted apart").isZero();
                Await.during(
                        cluster,
                        "the others stay, and it stays out",
                        Duration.ofSeconds(5),
                        () -> {
                            for (String other : List.of("middle", "high")) {
                                assertThat(user.deaths(MATRIX, other)).as(other).isZero();
                            }
                            assertThat(user.pods()).hasSize(2);
                        });
            } finally {
                ballast.free();
            }
            user.awaitReady(MATRIX, "low", "middle", "high");
        } finally {
            NodeReserve.reset(cluster);
        }
    }

    private static Crash last(ClusterUser user, String instance) {
        return Objects.requireNonNull(user.status(MATRIX, instance).crashes()).recent().getFirst();
    }
}
