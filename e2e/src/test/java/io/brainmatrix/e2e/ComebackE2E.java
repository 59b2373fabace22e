package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.Phase;
import io.brainmatrix.api.v1alpha1.Reason;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How soon one that dies again and again serves again, and that it stops in the end (R8). */
@Tag("cluster")
@ExtendWith(Installation.class)
class ComebackE2E {
    private static final String MATRIX = "comeback";
    private static final Duration WAIT = Duration.ofSeconds(1);
    private static final int TRIES = 5;
    private static final int STARTS = 3;

    /** What a comeback may take beyond its wait and a start. */
    private static final Duration WITHIN = Duration.ofSeconds(1);

    /**
     * One death.
     *
     * @param told from the kill to the kubelet's word of the container's end
     * @param back from the kill to Ready
     */
    private record Comeback(Duration told, Duration back) {
        /**
         * Beyond the wait, which begins with the end: the kubelet's word, the operator, a start.
         */
        Duration beyond() {
            return back.minus(WAIT);
        }

        /** Beyond a wait that began with the kubelet's word: what the operator takes, a start. */
        Duration beyondItsWord() {
            return beyond().minus(told);
        }
    }

    private final Cluster cluster;

    ComebackE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void fiveDeathsInARowWaitNoLongerThanDeclaredAndTheSixthSuspends() {
        World world = new World();
        world.place(Models.chain(Models.TINY_MIB), "comeback.gguf");
        try (ClusterUser user = new ClusterUser(cluster, "e2e-comeback");
                PodTimes times = new PodTimes(cluster, user.namespace());
                LaneHistory lane = new LaneHistory(cluster)) {
            user.apply(
                    Matrix.on(MATRIX, World.hostPath("comeback.gguf"))
                            .spec("recovery: {backoff: [1s, 1s, 1s, 1s, 1s]}")
                            .instance("name: subject, budget: {ram: 256Mi}"));
            Duration coldStart = slowestStart(user, lane);

            List<Comeback> comebacks = new ArrayList<>();
            for (int death = 1; death <= TRIES; death++) {
                Pod pod = user.podOf(MATRIX, "subject");
                long lives = lives(user);
                Instant killed = Instant.now();
                world.kill(pod);
                Instant back = backAfter(user, death);
                String name = pod.getMetadata().getName();
                // A mount that the API server refused for a moment takes a life that nobody killed.
                if (lives(user) == lives + 1) {
                    comebacks.add(
                            new Comeback(
                                    Duration.between(killed, times.stopped(name).orElseThrow()),
                                    Duration.between(killed, back)));
                    Figures.line(
                            "death %d: container's end told after %s, the pod's after %s, Ready after %s"
                                    .formatted(
                                            death,
                                            PodTimes.after(killed, times.stopped(name)),
                                            PodTimes.after(killed, times.failed(name)),
                                            PodTimes.after(killed, Optional.of(back))));
                }
            }
            // Then: never before the declared wait is over, and soon after it.
            assertThat(comebacks)
                    .hasSizeGreaterThanOrEqualTo(TRIES - 1)
                    .allSatisfy(c -> assertThat(c.back()).isGreaterThan(WAIT));
            assertThat(judged(comebacks))
                    .allSatisfy(
                            beyond ->
                                    assertThat(beyond).isLessThanOrEqualTo(coldStart.plus(WITHIN)));

            world.kill(user.podOf(MATRIX, "subject"));
            user.awaitReason(MATRIX, "subject", Reason.TooManyDeaths);
            assertThat(user.status(MATRIX, "subject"))
                    .satisfies(
                            s -> {
                                assertThat(s.phase()).isEqualTo(Phase.Suspended);
                                assertThat(s.message()).contains("6 in a row", "restartedAt");
                            });
            assertThat(user.deaths(MATRIX, "subject")).isEqualTo(6);
            Await.until(
                    cluster,
                    "it is told, after the status",
                    () -> assertThat(events(user)).contains("Died", "Resurrected", "Suspended"));
            Await.during(
                    cluster,
                    "it stays suspended",
                    Duration.ofSeconds(4),
                    () -> assertThat(user.pods()).isEmpty());

            // A person's word brings it back.
            restart(user, "now");
            backAfter(user, TRIES + 1);
            assertThat(user.deaths(MATRIX, "subject")).isEqualTo(6);
        } finally {
            world.remove("comeback.gguf");
        }
    }

    /**
     * At full length all, by the end itself. Else what the operator answers for, of the middle one:
     * a kubelet tells of an end up to a second late and starts a pod in whole looks of a second, so
     * that a first start that was in luck would fail all that come after it.
     */
    private static List<Duration> judged(List<Comeback> comebacks) {
        return Boolean.getBoolean("brainmatrix.full")
                ? comebacks.stream().map(Comeback::beyond).toList()
                : comebacks.stream()
                        .map(Comeback::beyondItsWord)
                        .sorted()
                        .skip(comebacks.size() / 2)
                        .limit(1)
                        .toList();
    }

    /**
     * What its own start takes, let in to Ready: the slowest of some, since a kubelet looks at its
     * pods once a second and tells of the same start a second sooner or later.
     */
    private Duration slowestStart(ClusterUser user, LaneHistory lane) {
        Duration slowest = Duration.ZERO;
        for (int start = 1; start <= STARTS; start++) {
            if (start > 1) {
                restart(user, "start " + start);
            }
            int lives = start;
            Await.until(
                    cluster,
                    "it is ready in its life " + lives,
                    () -> {
                        assertThat(lives(user)).isEqualTo(lives);
                        assertThat(user.status(MATRIX, "subject").phase()).isEqualTo(Phase.Ready);
                    });
            Duration took = Duration.between(lane.holds().getLast().from(), Instant.now());
            Figures.note("cold start %d, let in to Ready".formatted(start), took);
            slowest = took.compareTo(slowest) > 0 ? took : slowest;
        }
        return slowest;
    }

    private static void restart(ClusterUser user, String at) {
        user.patch(
                MATRIX,
                """
                {"spec": {"instances": [{"name": "subject", "budget": {"ram": "256Mi"}, "restartedAt": "%s"}]}}"""
                        .formatted(at));
    }

    /** Waits until so many deaths are counted and it is ready. */
    private Instant backAfter(ClusterUser user, long deaths) {
        Await.until(
                cluster,
                "it is ready after %d deaths".formatted(deaths),
                () -> {
                    // In this order: a status from before the death is Ready too.
                    assertThat(user.deaths(MATRIX, "subject")).isEqualTo(deaths);
                    assertThat(user.status(MATRIX, "subject").phase()).isEqualTo(Phase.Ready);
                });
        return Instant.now();
    }

    private long lives(ClusterUser user) {
        return Objects.requireNonNullElse(user.status(MATRIX, "subject").lives(), 0L);
    }

    private static List<String> events(ClusterUser user) {
        return user.events().stream()
                .map(e -> Objects.requireNonNullElse(e.getReason(), ""))
                .toList();
    }
}
