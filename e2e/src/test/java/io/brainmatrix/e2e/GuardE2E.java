package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.Crash;
import io.brainmatrix.api.v1alpha1.Crashes;
import io.brainmatrix.api.v1alpha1.EndClass;
import io.brainmatrix.quickstart.Chart;
import io.brainmatrix.quickstart.InferenceImage;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The guard beside a served model: before the kernel, and in the declared order. */
@Tag("cluster")
@Order(Integer.MAX_VALUE - 1)
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
        world.place(Models.chain(Models.TINY_MIB), "guard-greedy.gguf");
    }

    @AfterEach
    void gone() {
        world.remove("guard.gguf");
        world.remove("guard-greedy.gguf");
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
            aLoadThatTakesTooMuchIsAborted(user, kernel);
        }
    }

    /** The same engine takes as much while it loads, if its model is called so. */
    private void aLoadThatTakesTooMuchIsAborted(ClusterUser user, KernelLog kernel) {
        user.apply(
                Matrix.on("greedy", World.hostPath("guard-greedy.gguf"))
                        .instance("name: one, budget: {ram: 512Mi}"));
        Await.until(
                cluster,
                "its death is counted",
                () -> assertThat(user.deaths("greedy", "one")).isEqualTo(1));
        Crash death =
                Objects.requireNonNull(user.status("greedy", "one").crashes()).recent().getFirst();
        assertThat(death.endClass()).isEqualTo(EndClass.LoadAborted);
        assertThat(death.exitCode()).isEqualTo(30);
        assertThat(death.phase()).isEqualTo("Loading");
        assertThat(death.message()).contains("budget");
        assertThat(kernel.memoryCgroupsOfKills())
                .as("the kernel's kills")
                .noneMatch(cgroup -> cgroup.contains(death.podUid()));
    }

    /** Low ends below 50 to 45 % of the reserve, middle below 30 to 25 %, high below 10 to 5 %. */
    @Test
    void aNodeUnderPressureShedsTheLowerPriorityFirstAndCountsNoTry() {
        NodeReserve.set(cluster, 12 * GI);
        try (ClusterUser user = new ClusterUser(cluster, "e2e-guard-node")) {
            user.apply(
                    Matrix.on(MATRIX, World.hostPath("guard.gguf"))
                            .instance("name: low, priority: -100, budget: {ram: 256Mi}")
                            .instance("name: middle, budget: {ram: 256Mi}")
                            .instance("name: high, priority: 100, budget: {ram: 256Mi}"));
            user.awaitReady(MATRIX, "low", "middle", "high");

            try (Ballast _ = leaving(4600 * MI)) {
                awaitShed(user, "low");
                stay(user, "middle", "high");
                try (Ballast _ = leaving(2200 * MI)) {
                    awaitShed(user, "middle");
                    stay(user, "high");
                }
            }
            user.awaitReady(MATRIX, "low", "middle", "high");
        } finally {
            NodeReserve.reset(cluster);
        }
    }

    /** Takes all of the node's available memory but so much. */
    private static Ballast leaving(long bytes) {
        return Ballast.process((World.available() - bytes) / MI);
    }

    private void awaitShed(ClusterUser user, String instance) {
        Await.until(
                cluster,
                instance + " is shed",
                () ->
                        assertThat(user.status(MATRIX, instance).crashes())
                                .isNotNull()
                                .satisfies(c -> assertThat(c.shed()).isEqualTo(1)));
        Crash death = last(user, instance);
        assertThat(death.endClass()).isEqualTo(EndClass.ShedForNode);
        assertThat(death.exitCode()).isEqualTo(33);
        assertThat(death.message()).contains("for the node's sake");
        assertThat(user.deaths(MATRIX, instance)).as("counted apart").isZero();
    }

    /** These go on, and who was shed stays out. */
    private void stay(ClusterUser user, String... others) {
        Await.during(
                cluster,
                String.join(" and ", others) + " stay",
                Duration.ofSeconds(5),
                () -> {
                    for (String other : others) {
                        assertThat(shed(user, other)).as(other).isZero();
                        assertThat(user.deaths(MATRIX, other)).as(other).isZero();
                    }
                    assertThat(user.pods()).hasSize(others.length);
                });
    }

    private static long shed(ClusterUser user, String instance) {
        Crashes crashes = user.status(MATRIX, instance).crashes();
        return crashes == null || crashes.shed() == null ? 0 : crashes.shed();
    }

    private static Crash last(ClusterUser user, String instance) {
        return Objects.requireNonNull(user.status(MATRIX, instance).crashes()).recent().getFirst();
    }
}
