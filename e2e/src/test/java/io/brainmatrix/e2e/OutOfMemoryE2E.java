package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.Crash;
import io.brainmatrix.api.v1alpha1.Crashes;
import io.brainmatrix.api.v1alpha1.EndClass;
import io.brainmatrix.quickstart.Chart;
import io.brainmatrix.quickstart.Hog;
import io.brainmatrix.quickstart.InferenceImage;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The kernel kills an instance at its own limit: R6, R7, R10. Its guard is off, which would end it
 * sooner.
 */
@Tag("cluster")
@ExtendWith(Installation.class)
class OutOfMemoryE2E {
    private static final String MATRIX = "thirsty";

    /** More than what 700 MiB leave beside 300 MiB of weights and a JVM. */
    private static final int HOG_MIB = 640;

    private final Cluster cluster;

    OutOfMemoryE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void isCountedOnceWaitsThreeSecondsAndComesBackThroughTheLane() {
        World world = new World();
        world.place(Models.chain(Models.LARGE_MIB), "oom.gguf");
        String image = InferenceImage.of(cluster.client(), Chart.NAMESPACE);
        try (OwnOperator _ =
                        OwnOperator.making(
                                cluster,
                                image.replace("inference-pod:", "inference-pod-unguarded:"));
                ClusterUser user = new ClusterUser(cluster, "e2e-oom");
                LaneHistory lane = new LaneHistory(cluster)) {
            // Given
            user.apply(
                    Matrix.on(MATRIX, World.hostPath("oom.gguf"))
                            .instance("name: subject, budget: {ram: 700Mi}"));
            user.awaitReady(MATRIX, "subject");
            String uid = user.podOf(MATRIX, "subject").getMetadata().getUid();

            // When
            Hog.takeMemory(cluster.client(), user.namespace(), MATRIX + "-subject-1", HOG_MIB);

            // Then
            Await.until(
                    cluster,
                    "the death is counted",
                    () -> assertThat(user.deaths(MATRIX, "subject")).isEqualTo(1));
            Crashes crashes = Objects.requireNonNull(user.status(MATRIX, "subject").crashes());
            Crash death = crashes.recent().getFirst();
            assertThat(death.podUid()).isEqualTo(uid);
            assertThat(death.endClass()).isEqualTo(EndClass.OutOfMemory);
            assertThat(death.exitCode()).isEqualTo(137);
            assertThat(death.budget()).isEqualTo(700L << 20);
            assertThat(death.peak()).as("what the black box left").isNotNull();

            Await.until(
                    cluster,
                    "the second life is ready",
                    () -> {
                        user.awaitReady(MATRIX, "subject");
                        assertThat(user.status(MATRIX, "subject").lives()).isEqualTo(2);
                    });
            assertThat(user.deaths(MATRIX, "subject")).isEqualTo(1);
            Instant died = Objects.requireNonNull(death.when());
            LaneHistory.Hold second = lane.holds().getLast();
            assertThat(second.pod()).isEqualTo(MATRIX + "-subject-2");
            // The kubelet tells the end in whole seconds.
            assertThat(Duration.between(died, second.from())).isGreaterThan(Duration.ofSeconds(3));
            user.awaitAnswer(MATRIX, "subject");
            toldByEvent(user);
        } finally {
            world.remove("oom.gguf");
        }
    }

    private static void toldByEvent(ClusterUser user) {
        assertThat(user.events())
                .anySatisfy(
                        event -> {
                            assertThat(event.getInvolvedObject().getKind())
                                    .isEqualTo("BrainMatrix");
                            assertThat(event.getReason()).isEqualTo("Died");
                            assertThat(event.getMessage())
                                    .startsWith("subject, life 1: OutOfMemory, exit code 137")
                                    .endsWith("deaths so far: 1");
                        });
    }
}
