package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.quickstart.Chart;
import io.brainmatrix.quickstart.Chat;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two operators: one acts, and its loss in the middle of a load neither doubles nor strands. */
@Tag("cluster")
@ExtendWith(Installation.class)
class LeaderE2E {
    private static final String MATRIX = "led";
    private static final Duration ACTS_WITHIN = Duration.ofSeconds(3);

    private final Cluster cluster;
    private final World world = new World();

    LeaderE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void two() {
        world.place(Models.chain(Models.LARGE_MIB), "led.gguf");
        cluster.reinstall(Map.of("operator.replicas", "2"));
        Await.until(cluster, "one leads", () -> assertThat(leader()).isNotEmpty());
    }

    @AfterEach
    void one() {
        world.remove("led.gguf");
        cluster.reinstall(Map.of("operator.replicas", "1"));
    }

    @Test
    void handsOnWhenDeletedAndIsSucceededWhenKilledInALoad() {
        theNextOneActsSoonAfterADeletion();
        try (ClusterUser user = new ClusterUser(cluster, "e2e-led");
                LaneHistory lane = new LaneHistory(cluster);
                PodHistory pods = new PodHistory(cluster, user.namespace())) {
            // Killed: its Lease runs out. A little CPU makes the load last about 12 s.
            user.apply(
                    Matrix.on(MATRIX, World.hostPath("led.gguf"))
                            .instance("name: first, budget: {ram: 700Mi, cpu: 150m}")
                            .instance("name: second, watches: [first], budget: {ram: 700Mi}"));
            Await.until(
                    cluster,
                    "the first one loads",
                    () ->
                            assertThat(
                                            new Chat(
                                                            URI.create(
                                                                    "http://%s:8080"
                                                                            .formatted(
                                                                                    user.pod(
                                                                                                    MATRIX
                                                                                                            + "-first-1")
                                                                                            .getStatus()
                                                                                            .getPodIP())))
                                                    .status()
                                                    .path("phase")
                                                    .asText())
                                    .isEqualTo("Loading"));
            Pod leader =
                    Objects.requireNonNull(
                            cluster.client()
                                    .pods()
                                    .inNamespace(Chart.NAMESPACE)
                                    .withName(leader())
                                    .get());
            world.kill(leader);

            user.awaitReady(MATRIX, "first", "second");
            Await.until(cluster, "the lane is free", () -> assertThat(lane.holder()).isNull());
            assertThat(pods.names())
                    .containsExactlyInAnyOrder(MATRIX + "-first-1", MATRIX + "-second-1");
            assertThat(lane.holds())
                    .extracting(LaneHistory.Hold::pod)
                    .containsExactly(MATRIX + "-first-1", MATRIX + "-second-1");
        }
    }

    /** It gives its Lease back, and what is asked for after that only the next one can do. */
    private void theNextOneActsSoonAfterADeletion() {
        try (ClusterUser user = new ClusterUser(cluster, "e2e-led-on")) {
            String first = leader();
            Instant asked = Instant.now();
            cluster.client().pods().inNamespace(Chart.NAMESPACE).withName(first).delete();
            Await.until(
                    cluster, "it leads no more", () -> assertThat(leader()).isNotEqualTo(first));
            user.apply(
                    Matrix.on(MATRIX, World.hostPath("led.gguf"))
                            .instance("name: one, budget: {ram: 700Mi}"));
            Await.until(
                    cluster,
                    "the next one says what becomes of it",
                    () -> assertThat(user.status(MATRIX, "one").reason()).isNotNull());
            Duration acted = Duration.between(asked, Instant.now());
            Figures.note("leader deleted, the next one acts", acted);
            assertThat(acted).isLessThan(ACTS_WITHIN);
            // Not before that: the next scene is about its own holds of the lane alone.
            user.awaitReady(MATRIX, "one");
        }
    }

    private String leader() {
        Lease lease =
                cluster.client()
                        .leases()
                        .inNamespace(Chart.NAMESPACE)
                        .withName("brainmatrix-leader")
                        .get();
        return lease == null || lease.getSpec().getHolderIdentity() == null
                ? ""
                : lease.getSpec().getHolderIdentity();
    }
}
