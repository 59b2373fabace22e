package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A spec changes under a running matrix: only what was touched is replaced. */
@Tag("cluster")
@ExtendWith(Installation.class)
class EditE2E {
    private static final String MATRIX = "edited";
    private static final String FIRST = "name: first, budget: {ram: 256Mi}";
    private static final String SECOND = "name: second, budget: {ram: 256Mi}";

    private final Cluster cluster;
    private final World world = new World();

    EditE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void addingChangingAndRemovingTouchNobodyElse() {
        world.place(Models.chain(Models.TINY_MIB), "edit.gguf");
        Matrix bare = Matrix.on(MATRIX, World.hostPath("edit.gguf"));
        try (ClusterUser user = new ClusterUser(cluster, "e2e-edit");
                LaneHistory lane = new LaneHistory(cluster);
                PodHistory pods = new PodHistory(cluster, user.namespace())) {
            user.apply(bare.instance(FIRST).instance(SECOND));
            user.awaitReady(MATRIX, "first", "second");
            Map<String, String> before = uids(user, "first", "second");

            user.apply(
                    bare.instance(FIRST)
                            .instance(SECOND)
                            .instance("name: third, budget: {ram: 256Mi}"));
            user.awaitReady(MATRIX, "third");
            assertThat(uids(user, "first", "second")).isEqualTo(before);

            user.apply(
                    bare.instance(FIRST + ", engine: {contextLength: 1024}")
                            .instance(SECOND)
                            .instance("name: third, budget: {ram: 256Mi}"));
            awaitLife(user, "first", 2);
            assertThat(uids(user, "second")).isEqualTo(only(before, "second"));
            assertThat(user.deaths(MATRIX, "first")).as("an edit is no death").isZero();
            LaneHistory.Hold again = lane.holds().getLast();
            assertThat(again.pod()).isEqualTo(MATRIX + "-first-2");
            assertThat(again.revision())
                    .as("the old one was gone before")
                    .isGreaterThan(pods.goneAt(MATRIX + "-first-1"));
            user.awaitAnswer(MATRIX, "first");

            user.apply(bare.instance(FIRST + ", engine: {contextLength: 1024}").instance(SECOND));
            Await.until(
                    cluster,
                    "the third one is gone",
                    () ->
                            assertThat(user.pods())
                                    .noneMatch(p -> p.getMetadata().getName().contains("-third-")));
            assertThat(uids(user, "second")).isEqualTo(only(before, "second"));
            user.awaitAnswer(MATRIX, "first");
            user.awaitAnswer(MATRIX, "second");
        } finally {
            world.remove("edit.gguf");
        }
    }

    private void awaitLife(ClusterUser user, String instance, long life) {
        Await.until(
                cluster,
                instance + " is in life " + life,
                () -> assertThat(user.status(MATRIX, instance).lives()).isEqualTo(life));
        user.awaitReady(MATRIX, instance);
    }

    private static Map<String, String> uids(ClusterUser user, String... instances) {
        return Stream.of(instances)
                .collect(
                        Collectors.toMap(
                                i -> i, i -> user.podOf(MATRIX, i).getMetadata().getUid()));
    }

    private static Map<String, String> only(Map<String, String> all, String name) {
        return Map.of(name, Objects.requireNonNull(all.get(name)));
    }
}
