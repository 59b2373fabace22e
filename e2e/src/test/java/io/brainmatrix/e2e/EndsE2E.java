package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.Crash;
import io.brainmatrix.api.v1alpha1.Crashes;
import io.brainmatrix.api.v1alpha1.EndClass;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Ends of lives as a real kubelet tells of them: each is called by its name, and counted when it is
 * a death (R6). Those that other classes provoke are not repeated here.
 */
@Tag("cluster")
@ExtendWith(Installation.class)
class EndsE2E {
    private static final String MATRIX = "ends";
    private static final String STALLED = "stalled";

    private final Cluster cluster;
    private final World world = new World();

    EndsE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void models() {
        world.place(Models.chain(Models.TINY_MIB), "ends.gguf");
        world.place(Models.chain(Models.LARGE_MIB), "ends-large.gguf");
    }

    @AfterEach
    void gone() {
        world.remove("ends.gguf");
        world.remove("ends-large.gguf");
    }

    @Test
    void eachIsCalledByItsNameAndCountedWhenItIsADeath() {
        try (ClusterUser user = new ClusterUser(cluster, "e2e-ends")) {
            Matrix matrix = Matrix.on(MATRIX, World.hostPath("ends.gguf"));
            List<String> all =
                    List.of("frozen", "crashed", "killed", "deleted", "evicted", "crowded");
            for (String name : all) {
                matrix = matrix.instance("name: %s, budget: {ram: 256Mi}".formatted(name));
            }
            user.apply(matrix);
            user.awaitReady(MATRIX, all.toArray(String[]::new));

            world.signal(user.podOf(MATRIX, "frozen"), "STOP"); // its probe takes a minute
            diesUnseen(user);
            cluster.evict(user.podOf(MATRIX, "evicted"));
            world.fillScratch(user.podOf(MATRIX, "crowded"), 80);
            aLoadThatStandsStillEndsAtItsTimeout(user); // within that minute

            Map<String, EndClass> expected =
                    Map.of(
                            "frozen", EndClass.Hung,
                            "crashed", EndClass.EngineFault,
                            "killed", EndClass.Killed,
                            "deleted", EndClass.Killed,
                            "evicted", EndClass.Evicted,
                            "crowded", EndClass.Evicted);
            for (String name : all) {
                Await.until(
                        cluster,
                        "the end of " + name,
                        () -> assertThat(crashes(user, name).recent()).hasSize(1));
            }
            user.awaitReady(MATRIX, all.toArray(String[]::new));
            assertThat(evictedByTheKubelet(user))
                    .as("pods that a kubelet says it evicted")
                    .containsExactly(MATRIX + "-crowded-1");
            expected.forEach(
                    (name, endClass) -> {
                        Crash end = crashes(user, name).recent().getFirst();
                        assertThat(end.endClass()).as(name).isEqualTo(endClass);
                        boolean death = endClass != EndClass.Evicted;
                        assertThat(user.deaths(MATRIX, name)).as(name).isEqualTo(death ? 1 : 0);
                        assertThat(crashes(user, name).byClass())
                                .isEqualTo(death ? Map.of(endClass.name(), 1L) : Map.of());
                        // A kubelet may remove an evicted pod's container before it has read its
                        // end: what it left went with it.
                        boolean read = !name.equals("crowded") || end.exitCode() != null;
                        assertThat(end.phase() != null)
                                .as("left by %s: %s", name, end)
                                .isEqualTo(read);
                        assertThat(end.peak() != null)
                                .as("left by %s: %s", name, end)
                                .isEqualTo(read);
                    });
            assertThat(crashes(user, "crashed").recent().getFirst().message())
                    .as("what its engine did last")
                    .contains("the engine's last line: s"); // of a slot, or of the server
        }
    }

    /** These die, or are deleted, while no operator is there to see it. */
    private void diesUnseen(ClusterUser user) {
        Pod crashed = user.podOf(MATRIX, "crashed");
        Pod killed = user.podOf(MATRIX, "killed");
        Pod deleted = user.podOf(MATRIX, "deleted");
        Deployment operator = cluster.stopOperator();
        try {
            world.signal(crashed, "SEGV");
            world.kill(killed);
            cluster.client().resource(deleted).delete();
            Await.until(
                    cluster,
                    "the kubelet has told all",
                    () ->
                            assertThat(Stream.of(crashed, killed, deleted))
                                    .allMatch(p -> isOver(user.pod(p.getMetadata().getName()))));
        } finally {
            cluster.startOperator(operator);
        }
    }

    private static boolean isOver(Pod pod) {
        return "Failed".equals(pod.getStatus().getPhase());
    }

    private void aLoadThatStandsStillEndsAtItsTimeout(ClusterUser user) {
        user.apply(
                Matrix.on(STALLED, World.hostPath("ends-large.gguf"))
                        .spec("admission: {loadTimeout: 12s}")
                        .instance("name: one, budget: {ram: 700Mi, cpu: 300m}"));
        Await.until(
                cluster,
                "it runs",
                () ->
                        assertThat(user.podOf(STALLED, "one").getStatus().getPhase())
                                .isEqualTo("Running"));
        world.signal(user.podOf(STALLED, "one"), "STOP");

        Await.until(
                cluster, "it is ended", () -> assertThat(user.deaths(STALLED, "one")).isEqualTo(1));

        assertThat(crashes(user, STALLED, "one").recent().getFirst().endClass())
                .isEqualTo(EndClass.LoadTimedOut);
        user.delete(STALLED);
    }

    /** The limit of pods together is reached, and the kernel kills one far from its own. */
    @Test
    void oneThatDiesForPodsTogetherIsNoOutOfMemoryOfItsOwn() {
        try (ClusterUser user = new ClusterUser(cluster, "e2e-node-oom")) {
            user.apply(
                    Matrix.on(MATRIX, World.hostPath("ends-large.gguf"))
                            .instance("name: innocent, budget: {ram: 2Gi}")
                            .instance(
                                    "name: bystander, budget: {ram: 256Mi}, model: {hostPath: %s}"
                                            .formatted(World.hostPath("ends.gguf"))));
            user.awaitReady(MATRIX, "innocent", "bystander");
            diesForPodsTogether(user, user.podOf(MATRIX, "innocent"));

            Await.until(
                    cluster,
                    "the death is counted",
                    () -> assertThat(user.deaths(MATRIX, "innocent")).isEqualTo(1));
            Crash death = crashes(user, "innocent").recent().getFirst();
            assertThat(death.endClass()).isEqualTo(EndClass.NodeOutOfMemory);
            assertThat(death.exitCode()).isEqualTo(137);
            user.awaitReady(MATRIX, "innocent");
            theMarkOfThatKillIsNoDeath(user);
        }
    }

    /**
     * While no operator is there to see it: one that is counts a kill at once where the node's own
     * memory cannot have run out, and here it has not.
     */
    private void diesForPodsTogether(ClusterUser user, Pod pod) {
        Deployment operator = cluster.stopOperator();
        try {
            assertThat(world.exhaustPodsTogether(pod)).as("a kill for their limit").isTrue();
            Await.until(
                    cluster,
                    "the kubelet has told of it",
                    () ->
                            assertThat(user.pod(pod.getMetadata().getName()))
                                    .matches(EndsE2E::isOver));
        } finally {
            cluster.startOperator(operator);
        }
    }

    /** On cgroup v1 it marks every container below, for as long as that lives. */
    private void theMarkOfThatKillIsNoDeath(ClusterUser user) {
        assertThat(user.deaths(MATRIX, "bystander")).as("it lives on").isZero();
        Pod bystander = user.podOf(MATRIX, "bystander");
        assertThat(bystander.getMetadata().getName()).isEqualTo(MATRIX + "-bystander-1");
        world.kill(bystander);
        Await.until(
                cluster,
                "its own death is counted",
                () -> assertThat(user.deaths(MATRIX, "bystander")).isEqualTo(1));
        Crash death = crashes(user, "bystander").recent().getFirst();
        assertThat(death.endClass()).isEqualTo(EndClass.Killed);
    }

    /** An eviction by the API leaves no Event on the pod. */
    private static Set<String> evictedByTheKubelet(ClusterUser user) {
        return user.events().stream()
                .filter(e -> "Pod".equals(e.getInvolvedObject().getKind()))
                .filter(e -> "Evicted".equals(e.getReason()))
                .map(e -> e.getInvolvedObject().getName())
                .collect(Collectors.toSet());
    }

    private static Crashes crashes(ClusterUser user, String instance) {
        return crashes(user, MATRIX, instance);
    }

    private static Crashes crashes(ClusterUser user, String matrix, String instance) {
        return Objects.requireNonNull(user.status(matrix, instance).crashes());
    }
}
