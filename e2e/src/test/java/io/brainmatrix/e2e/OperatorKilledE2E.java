package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.brainmatrix.quickstart.Chat;
import io.fabric8.kubernetes.api.model.Pod;
import java.net.URI;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The operator dies while a model loads: R1, R5. */
@Tag("cluster")
@ExtendWith(Installation.class)
class OperatorKilledE2E {
    private static final String MATRIX = "orphan";

    private final Cluster cluster;

    OperatorKilledE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void theReturnedOperatorStartsNoSecondLoadAndTheMatrixStillBecomesReady() {
        World world = new World();
        world.place(Models.chain(Models.LARGE_MIB), "orphan.gguf");
        try (ClusterUser user = new ClusterUser(cluster, "e2e-orphan");
                LaneHistory lane = new LaneHistory(cluster);
                PodHistory pods = new PodHistory(cluster, user.namespace())) {
            // Given: a little CPU makes the load last about 12 s
            user.apply(
                    Matrix.on(MATRIX, World.hostPath("orphan.gguf"))
                            .instance("name: first, budget: {ram: 700Mi, cpu: 150m}")
                            .instance("name: second, watches: [first], budget: {ram: 700Mi}"));
            Await.until(
                    cluster,
                    "the first one loads",
                    () ->
                            assertThat(status(user.pod(MATRIX + "-first-1")).path("phase").asText())
                                    .isEqualTo("Loading"));

            // When
            Instant killed = Instant.now();
            world.kill(Objects.requireNonNull(cluster.operator()));

            // Then
            user.awaitReady(MATRIX, "first", "second");
            Load first = Load.of(user, MATRIX, "first");
            Load second = Load.of(user, MATRIX, "second");
            assertThat(killed)
                    .as("the kill fell inside the load")
                    .isBetween(first.from(), first.to());
            assertThat(second.from()).isAfter(first.to());
            assertThat(pods.names())
                    .containsExactlyInAnyOrder(MATRIX + "-first-1", MATRIX + "-second-1");
            assertThat(lane.holds())
                    .extracting(LaneHistory.Hold::pod)
                    .containsExactly(MATRIX + "-first-1", MATRIX + "-second-1");
        } finally {
            world.remove("orphan.gguf");
        }
    }

    private static JsonNode status(Pod pod) {
        return new Chat(URI.create("http://" + pod.getStatus().getPodIP() + ":8080")).status();
    }
}
