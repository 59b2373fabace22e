package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.InstanceStatus;
import io.brainmatrix.api.v1alpha1.Phase;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Many lives of one instance: the total is exact, and the operator is afterwards what it was
 * before. Its pods are played by kwok, its deaths by this bench. {@code make bench-lives LIVES=n}.
 */
@Tag("bench")
@ExtendWith(Installation.class)
class LivesBench {
    private static final String MATRIX = "lives";
    private static final long GI = 1L << 30;

    /** By then everything that is made once is there. */
    private static final int WARM = 30;

    private final Cluster cluster;
    private final World world = new World();

    LivesBench(Cluster cluster) {
        this.cluster = cluster;
    }

    private record Size(int files, int threads, long anonymousMib) {}

    @Test
    void theOperatorStaysAsItWas() {
        int lives = Integer.getInteger("brainmatrix.lives", 1000);
        world.place(Models.chain(Models.TINY_MIB), "lives.gguf");
        String kwok = Objects.requireNonNull(System.getenv(FleetE2E.COMMAND));
        List<Duration> queued = new ArrayList<>();
        try (FakeNodes _ = FakeNodes.quick(cluster, kwok, 16 * GI);
                ClusterUser user = new ClusterUser(cluster, "bench-lives")) {
            user.apply(
                    Matrix.on(MATRIX, World.hostPath("lives.gguf"))
                            .spec("recovery: {backoff: [1ms, 1ms, 1ms], resetAfter: 1s}")
                            .spec(
                                    "placement: {nodeSelector: {%s: \"true\"}, tolerations: [{key: %s, operator: Exists}]}"
                                            .formatted(FakeNodes.LABEL, FakeNodes.TAINT))
                            .instance("name: subject, budget: {ram: 1Gi}"));
            Size warm = null;
            Instant began = Instant.now();
            for (int life = 1; life <= lives; life++) {
                ready(user, life);
                if (life == WARM) {
                    warm = size();
                }
                Instant died = die(user);
                int deaths = life;
                Await.until(
                        cluster,
                        "death %d is counted and it queues".formatted(deaths),
                        () -> {
                            InstanceStatus status = user.status(MATRIX, "subject");
                            assertThat(user.deaths(MATRIX, "subject")).isEqualTo(deaths);
                            assertThat(status.phase()).isNotEqualTo(Phase.BackOff);
                        });
                queued.add(Duration.between(died, Instant.now()));
                if (life % 50 == 0) {
                    System.out.printf(
                            "%d lives after %d s, operator %s%n",
                            life, Duration.between(began, Instant.now()).toSeconds(), size());
                }
            }
            Size end = size();
            Collections.sort(queued);
            System.out.printf(
                    "lives: %d, deaths counted %d; death to queued p50 %d ms, p99 %d ms; operator at life %d %s, at the end %s%n",
                    lives,
                    user.deaths(MATRIX, "subject"),
                    queued.get(queued.size() / 2).toMillis(),
                    queued.get(queued.size() * 99 / 100).toMillis(),
                    WARM,
                    warm,
                    end);
            assertThat(user.deaths(MATRIX, "subject")).isEqualTo(lives);
            assertThat(Math.abs(end.files() - Objects.requireNonNull(warm).files()))
                    .as("file descriptors")
                    .isLessThanOrEqualTo(2);
            assertThat(Math.abs(end.threads() - warm.threads()))
                    .as("threads")
                    .isLessThanOrEqualTo(2);
            assertThat(queued.get(queued.size() * 99 / 100)).isLessThan(Duration.ofSeconds(2));
        } finally {
            world.remove("lives.gguf");
        }
    }

    private void ready(ClusterUser user, int life) {
        Await.until(
                cluster,
                "life %d is ready".formatted(life),
                () -> {
                    InstanceStatus status = user.status(MATRIX, "subject");
                    assertThat(status.lives()).isEqualTo(life);
                    assertThat(status.phase()).isEqualTo(Phase.Ready);
                });
    }

    /** What a kubelet would write of a container that was killed. */
    private Instant die(ClusterUser user) {
        Pod pod = user.podOf(MATRIX, "subject");
        Instant now = Instant.now();
        PodStatus dead =
                new PodStatusBuilder(pod.getStatus())
                        .withPhase("Failed")
                        .withContainerStatuses(
                                new ContainerStatusBuilder(
                                                pod.getStatus().getContainerStatuses().getFirst())
                                        .withReady(false)
                                        .withNewState()
                                        .withNewTerminated()
                                        .withExitCode(137)
                                        .withReason("Error")
                                        .withStartedAt(now.minusSeconds(1).toString())
                                        .withFinishedAt(now.toString())
                                        .endTerminated()
                                        .endState()
                                        .build())
                        .build();
        cluster.client()
                .resource(pod)
                .editStatus(
                        p -> {
                            p.setStatus(dead);
                            return p;
                        });
        return Instant.now();
    }

    private Size size() {
        Pod operator = Objects.requireNonNull(cluster.operator());
        long pid = World.processes(operator).getFirst().pid();
        Path proc = Path.of("/proc", Long.toString(pid));
        return new Size(
                count(proc.resolve("fd")),
                count(proc.resolve("task")),
                World.anonymous(operator) >> 20);
    }

    private static int count(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return (int) entries.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
