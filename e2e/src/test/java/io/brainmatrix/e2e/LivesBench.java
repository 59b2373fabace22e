package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.InstanceStatus;
import io.brainmatrix.api.v1alpha1.Phase;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Many lives of one instance: the total is exact, and the operator is afterwards what it was
 * before. {@code make bench-lives LIVES=n REAL=m}: n with pods that kwok plays and deaths that are
 * written by this bench, m on the real kubelet, with real kills.
 */
@Tag("bench")
@ExtendWith(Installation.class)
class LivesBench {
    private static final String MATRIX = "lives";
    private static final long GI = 1L << 30;

    /** By then everything that is made once is there. */
    private static final int WARM = 30;

    /** The SDK's timer keeps each look that was put off for a minute: then as many go as come. */
    private static final Duration WARM_AFTER = Duration.ofSeconds(75);

    /** Waits that are over at once; and the shortest life that is none in a row. */
    private static final String RECOVERY = "recovery: {backoff: [1ms, 1ms, 1ms], resetAfter: 1s}";

    private final Cluster cluster;
    private final World world = new World();

    LivesBench(Cluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void theOperatorStaysAsItWas() {
        int lives = Integer.getInteger("brainmatrix.lives", 1000);
        String kwok = Objects.requireNonNull(System.getenv(FleetE2E.COMMAND));
        try (FakeNodes _ = FakeNodes.quick(cluster, kwok, 16 * GI)) {
            live(
                    "played by kwok",
                    lives,
                    matrix().spec(
                                    "placement: {nodeSelector: {%s: \"true\"}, tolerations: [{key: %s, operator: Exists}]}"
                                            .formatted(FakeNodes.LABEL, FakeNodes.TAINT))
                            .instance("name: subject, budget: {ram: 1Gi}"),
                    this::writeDeath);
        }
    }

    @Test
    void theOperatorStaysAsItWasOnARealKubelet() {
        live(
                "on the real kubelet",
                Integer.getInteger("brainmatrix.lives.real", 50),
                matrix().instance("name: subject, budget: {ram: 256Mi}"),
                pod -> {
                    awaitSecondAfter(
                            pod.getStatus()
                                    .getContainerStatuses()
                                    .getFirst()
                                    .getState()
                                    .getRunning()
                                    .getStartedAt());
                    Instant killed = Instant.now();
                    world.kill(pod);
                    return killed;
                });
    }

    /** A cluster tells the time in whole seconds: who lives within one has lived for none. */
    private void awaitSecondAfter(String time) {
        Instant over = Instant.parse(time).plusSeconds(1);
        Await.until(
                cluster,
                "it has lived for a second",
                () -> assertThat(Instant.now()).isAfterOrEqualTo(over));
    }

    private static Matrix matrix() {
        return Matrix.on(MATRIX, World.hostPath("lives.gguf")).spec(RECOVERY);
    }

    /**
     * Lets it live so often.
     *
     * @param death ends the pod's only container and tells when
     */
    private void live(String where, int lives, Matrix matrix, Function<Pod, Instant> death) {
        world.place(Models.chain(Models.TINY_MIB), "lives.gguf");
        List<Duration> container = new ArrayList<>();
        List<Duration> phase = new ArrayList<>();
        List<Duration> queued = new ArrayList<>();
        try (ClusterUser user = new ClusterUser(cluster, "bench-lives");
                PodTimes times = new PodTimes(cluster, user.namespace())) {
            user.apply(matrix);
            ProcessSize warm = null;
            int warmAt = 0;
            Instant began = Instant.now();
            for (int life = 1; life <= lives; life++) {
                ready(user, life);
                boolean hot = life >= WARM && !Instant.now().isBefore(began.plus(WARM_AFTER));
                if (warm == null && (hot || life == lives)) {
                    size(); // to be asked for it makes a thread and a socket
                    warm = size();
                    warmAt = life;
                }
                Pod pod = user.podOf(MATRIX, "subject");
                Instant died = death.apply(pod);
                int deaths = life;
                Await.until(
                        cluster,
                        "death %d is counted and it queues".formatted(deaths),
                        () -> {
                            InstanceStatus status = user.status(MATRIX, "subject");
                            assertThat(user.deaths(MATRIX, "subject")).isEqualTo(deaths);
                            assertThat(status.phase()).isNotEqualTo(Phase.BackOff);
                        });
                Instant now = Instant.now();
                queued.add(Duration.between(died, now));
                String name = pod.getMetadata().getName();
                container.add(Duration.between(died, times.stopped(name).orElse(now)));
                // It may come after the queue by now; what is not told yet is told at least as
                // late.
                phase.add(Duration.between(died, times.failed(name).orElse(now)));
                if (life % 50 == 0) {
                    System.out.printf(
                            "%d lives %s after %d s%n",
                            life, where, Duration.between(began, Instant.now()).toSeconds());
                }
                if (life % 200 == 0 && warm != null) { // where it goes, should it not stay flat
                    ProcessSize grown = size();
                    System.out.printf(
                            "%d lives %s: %s; grown: %s%n",
                            life, where, grown, grown.heapGrownSince(warm));
                }
            }
            ready(user, lives + 1);
            ProcessSize end = size();
            System.out.printf(
                    "lives %s: %d in %d s, deaths counted %d; death to its container's end told %s, to its pod's told, or queued if that was before, %s, to queued %s; operator at life %d %s, at the end %s%n",
                    where,
                    lives,
                    Duration.between(began, Instant.now()).toSeconds(),
                    user.deaths(MATRIX, "subject"),
                    text(container),
                    text(phase),
                    text(queued),
                    warmAt,
                    warm,
                    end);
            assertThat(user.deaths(MATRIX, "subject")).isEqualTo(lives);
            end.assertNotGrownSince(Objects.requireNonNull(warm));
            assertThat(percentile(queued, 99))
                    .as("p99 from death to queued")
                    .isLessThanOrEqualTo(Duration.ofSeconds(2));
        } finally {
            world.remove("lives.gguf");
        }
    }

    private static Duration percentile(List<Duration> times, int percent) {
        return times.stream().sorted().toList().get(times.size() * percent / 100);
    }

    private static String text(List<Duration> times) {
        return "p50 %d ms, p99 %d ms, longest %d ms"
                .formatted(
                        percentile(times, 50).toMillis(),
                        percentile(times, 99).toMillis(),
                        Collections.max(times).toMillis());
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
    private Instant writeDeath(Pod pod) {
        awaitSecondAfter(pod.getMetadata().getCreationTimestamp());
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

    private ProcessSize size() {
        return ProcessSize.of(Objects.requireNonNull(cluster.operator()));
    }
}
