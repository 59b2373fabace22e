package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.Reason;
import io.fabric8.kubernetes.api.model.Pod;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A model that is not on the node yet, and one that is damaged: a scout waits there for the file,
 * or for another, nobody waits for the scout, and the instance is let in within seconds of the
 * file's arrival though its own wait is far longer.
 */
@Tag("cluster")
@ExtendWith(Installation.class)
class ModelArrivesE2E {
    private static final String MATRIX = "arrival";
    private static final String NEVER = "never";
    private static final String DAMAGED = "damaged";
    private static final String MENDED = "mended";

    /** Nobody else loads then: the lane is free. */
    private static final Duration NOTICED_WITHIN = Duration.ofSeconds(4);

    private static final String FILE = "arrival.gguf";
    private static final String OTHER = "arrival-other.gguf";
    private static final String BAD = "arrival-bad.gguf";
    private static final String LARGE = "arrival-large.gguf";

    private final Cluster cluster;
    private final World world = new World();
    private final Path good = Models.chain(Models.TINY_MIB);

    ModelArrivesE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @AfterEach
    void leaves() {
        world.remove(FILE);
        world.remove(OTHER);
        world.remove(BAD);
        world.remove(LARGE);
    }

    @Test
    void isNoticedWithinSecondsWhileOthersAreLetIn() {
        world.place(good, OTHER); // the directory exists
        world.remove(FILE);
        world.place(Models.truncated(Models.TINY_MIB), BAD);
        try (ClusterUser user = new ClusterUser(cluster, "e2e-arrival");
                PodHistory pods = new PodHistory(cluster, user.namespace())) {
            user.apply(late(MATRIX));
            user.apply(late(NEVER));
            user.apply(late(DAMAGED, BAD));
            user.awaitReason(MATRIX, "late", Reason.ModelMissing);
            assertThat(user.status(MATRIX, "late").message()).contains(FILE);
            user.awaitReason(DAMAGED, "late", Reason.ModelInvalid);
            user.apply(
                    Matrix.on("other", World.hostPath(OTHER))
                            .instance("name: one, budget: {ram: 256Mi}"));
            user.awaitReady("other", "one");

            awaitScouts(user);
            Pod scout = scout(user, MATRIX).orElseThrow();
            Instant next = Objects.requireNonNull(user.status(MATRIX, "late").nextAttempt());
            Instant nextOfDamaged =
                    Objects.requireNonNull(user.status(DAMAGED, "late").nextAttempt());
            Figures.line(
                    "scout: %.1f Mi anonymous of %d Mi"
                            .formatted(
                                    World.anonymous(scout) / (double) (1 << 20),
                                    world.limit(scout) >> 20));
            user.delete(NEVER);
            Figures.note(
                    "missing model placed to Ready",
                    Cluster.timed(
                            () -> {
                                world.place(good, FILE);
                                world.place(good, BAD);
                                user.awaitReady(MATRIX, "late");
                            }));
            Figures.note(
                    "from there until the damaged one, replaced at that time, is Ready",
                    Cluster.timed(() -> user.awaitReady(DAMAGED, "late")));

            assertThat(made(user, MATRIX))
                    .as("by the scout's word, not because its wait was over")
                    .isBefore(next.minusSeconds(1)); // it is told in whole seconds
            assertThat(made(user, DAMAGED))
                    .as("by the scout's word too")
                    .isBefore(nextOfDamaged.minusSeconds(1));
            assertThat(pods.names())
                    .as("two or three lives that found none, and the one that found it")
                    .filteredOn(name -> name.startsWith(MATRIX) && !name.endsWith("-scout"))
                    .hasSizeLessThanOrEqualTo(4);
            assertThat(user.deaths(MATRIX, "late")).isZero();
            assertThat(user.status(MATRIX, "late").modelMissingOn()).isEmpty();
            Await.until(
                    cluster,
                    "no scout is left, nor anything of the matrix that went",
                    () -> {
                        assertThat(user.matrix(NEVER)).isEmpty();
                        assertThat(user.pods())
                                .noneMatch(p -> p.getMetadata().getName().startsWith(NEVER))
                                .noneMatch(ModelArrivesE2E::isScout);
                    });
            mendedSpecsAreNoticed(user);
        }
    }

    /** A change of the spec needs no scout: its instance is let in at once, though it waits. */
    private void mendedSpecsAreNoticed(ClusterUser user) {
        world.place(Models.chain(Models.LARGE_MIB), LARGE);
        user.apply(mended(FILE + ".not", 256));
        user.awaitReason(MENDED, "late", Reason.ModelMissing);
        noticed(user, "new path", mended(LARGE, 256));
        user.awaitReason(MENDED, "late", Reason.FootprintOverBudget);
        noticed(user, "bigger budget", mended(LARGE, 700));
        user.awaitReady(MENDED, "late");
        assertThat(user.deaths(MENDED, "late")).isZero();
    }

    private static Matrix mended(String file, int mebibytes) {
        return Matrix.on(MENDED, World.hostPath(file))
                .instance("name: late, budget: {ram: %dMi}".formatted(mebibytes));
    }

    /** Its next pod is there within the bound. */
    private void noticed(ClusterUser user, String what, Matrix mended) {
        long before = Objects.requireNonNull(user.status(MENDED, "late").lives());
        assertThat(user.status(MENDED, "late").nextAttempt())
                .as("else it would come by itself")
                .isAfter(Instant.now().plus(NOTICED_WITHIN));
        Duration took =
                Cluster.timed(
                        () -> {
                            user.apply(mended);
                            Await.until(
                                    cluster,
                                    what + " noticed",
                                    () ->
                                            assertThat(user.pods())
                                                    .filteredOn(p -> !isScout(p))
                                                    .filteredOn(p -> isOf(p, MENDED))
                                                    .anyMatch(p -> life(p) > before));
                        });
        Figures.note(what + " noticed", took);
        assertThat(took).as(what).isLessThan(NOTICED_WITHIN);
    }

    private static boolean isOf(Pod pod, String matrix) {
        return pod.getMetadata().getName().startsWith(matrix + "-");
    }

    /** Of {@code <matrix>-<instance>-<life>}. */
    private static long life(Pod pod) {
        String name = pod.getMetadata().getName();
        return Long.parseLong(name.substring(name.lastIndexOf('-') + 1));
    }

    /** Both stand, and the wait of the one that is to be shortened has long to go. */
    private void awaitScouts(ClusterUser user) {
        Await.until(
                cluster,
                "scouts look",
                () -> {
                    assertThat(user.status(MATRIX, "late").reason()).isEqualTo(Reason.ModelMissing);
                    for (String matrix : List.of(MATRIX, DAMAGED)) {
                        assertThat(user.status(matrix, "late").nextAttempt())
                                .isAfter(Instant.now().plusSeconds(12));
                    }
                    for (String matrix : List.of(MATRIX, NEVER, DAMAGED)) {
                        assertThat(scout(user, matrix).map(p -> p.getStatus().getPhase()))
                                .contains("Running");
                    }
                });
    }

    private static Instant made(ClusterUser user, String matrix) {
        return Instant.parse(user.podOf(matrix, "late").getMetadata().getCreationTimestamp());
    }

    private static Matrix late(String name) {
        return late(name, FILE);
    }

    private static Matrix late(String name, String file) {
        return Matrix.on(name, World.hostPath(file)).instance("name: late, budget: {ram: 256Mi}");
    }

    private static Optional<Pod> scout(ClusterUser user, String matrix) {
        return user.pods().stream()
                .filter(ModelArrivesE2E::isScout)
                .filter(p -> p.getMetadata().getName().startsWith(matrix + "-"))
                .findFirst();
    }

    private static boolean isScout(Pod pod) {
        return pod.getMetadata().getLabels().containsKey("brainmatrix.io/scout");
    }
}
