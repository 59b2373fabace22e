package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Three models one after the other through the lane, beside three plain Deployments at once. */
@Tag("bench")
@ExtendWith(Installation.class)
class DeploymentsBench {
    private static final String MATRIX = "race";
    private static final List<String> NAMES = List.of("subject", "observer", "god");
    private static final int ROUNDS = 3;

    /** Of each model; the larger, the more three loads at once are in each other's way. */
    private static final int MODEL_MIB =
            Integer.getInteger("brainmatrix.bench.mib", Models.LARGE_MIB);

    /** Weights, and what the arithmetic asks for beside them. */
    private static final int BUDGET_MIB = MODEL_MIB + MODEL_MIB / 5 + 350;

    private final Cluster cluster;
    private final World world = new World();

    DeploymentsBench(Cluster cluster) {
        this.cluster = cluster;
    }

    private record Run(double first, double all) {
        static Run of(Instant from, PodTimes pods) {
            List<Double> times =
                    pods.ready().values().stream()
                            .map(at -> Bench.seconds(Duration.between(from, at)))
                            .sorted()
                            .toList();
            return new Run(times.getFirst(), times.getLast());
        }
    }

    @Test
    void sideBySide() {
        // Each a file of its own: three loads of one would read it from the disk once.
        NAMES.forEach(name -> world.place(Models.chain(MODEL_MIB), file(name)));
        try (ClusterUser user = new ClusterUser(cluster, "e2e-race")) {
            Matrix matrix = Matrix.on(MATRIX, World.hostPath(file(NAMES.getFirst())));
            for (String name : NAMES) {
                matrix =
                        matrix.instance(
                                "name: %s, model: {hostPath: %s}, budget: {ram: %dMi}"
                                        .formatted(name, World.hostPath(file(name)), BUDGET_MIB));
            }
            user.apply(matrix);
            user.awaitReady(MATRIX, NAMES.toArray(String[]::new));
            Map<String, PodSpec> specs = new LinkedHashMap<>();
            NAMES.forEach(n -> specs.put(n, plain(user.podOf(MATRIX, n))));
            Duration windows = Bench.window(user, MATRIX).multipliedBy(NAMES.size());
            suspend(user, true);

            for (int round = 0; round < ROUNDS; round++) {
                Run lane = lane(user);
                Run plain = plain(user, specs);
                Bench.say(
                        "%d MiB each, lane: first %.1f s, all %.1f s; Deployments: first %.1f s, all %.1f s; first %.2f, all %.2f of theirs and the windows of %.1f s"
                                .formatted(
                                        MODEL_MIB,
                                        lane.first(),
                                        lane.all(),
                                        plain.first(),
                                        plain.all(),
                                        lane.first() / plain.first(),
                                        lane.all() / (plain.all() + Bench.seconds(windows)),
                                        Bench.seconds(windows)));
            }
        } finally {
            NAMES.forEach(name -> world.remove(file(name)));
        }
    }

    private static String file(String name) {
        return "race-" + name + ".gguf";
    }

    private Run lane(ClusterUser user) {
        coldCache();
        try (PodTimes pods = new PodTimes(cluster, user.namespace());
                LaneHistory lane = new LaneHistory(cluster)) {
            Instant from = Instant.now();
            suspend(user, false);
            Await.until(cluster, "all serve", () -> assertThat(pods.ready()).hasSize(3));
            Run run = Run.of(from, pods);
            for (String name : NAMES) {
                Start start = Start.of(user, MATRIX, name, lane, pods);
                Bench.say("  %s: %s".formatted(name, start.since(from)));
            }
            suspend(user, true);
            return run;
        }
    }

    private Run plain(ClusterUser user, Map<String, PodSpec> specs) {
        coldCache();
        try (PodTimes pods = new PodTimes(cluster, user.namespace())) {
            Instant from = Instant.now();
            specs.forEach((name, spec) -> deploy(user.namespace(), name, spec));
            Await.until(cluster, "all serve", () -> assertThat(pods.ready()).hasSize(3));
            Run run = Run.of(from, pods);
            cluster.client().apps().deployments().inNamespace(user.namespace()).delete();
            gone(user);
            return run;
        }
    }

    private void deploy(String namespace, String name, PodSpec spec) {
        cluster.client()
                .resource(
                        new DeploymentBuilder()
                                .withNewMetadata()
                                .withName(name)
                                .withNamespace(namespace)
                                .endMetadata()
                                .withNewSpec()
                                .withReplicas(1)
                                .withNewSelector()
                                .addToMatchLabels("app", name)
                                .endSelector()
                                .withNewTemplate()
                                .withNewMetadata()
                                .addToLabels("app", name)
                                .endMetadata()
                                .withSpec(spec)
                                .endTemplate()
                                .endSpec()
                                .build())
                .create();
    }

    /** The same container, volumes and probes, as a Deployment would have them. */
    private static PodSpec plain(Pod pod) {
        return pod.getSpec()
                .edit()
                .withNodeName(null)
                .withAffinity(null)
                .withRestartPolicy("Always")
                .build();
    }

    private void suspend(ClusterUser user, boolean suspended) {
        user.patch(MATRIX, "{\"spec\": {\"suspend\": %s}}".formatted(suspended));
        if (suspended) {
            gone(user);
        }
    }

    private void gone(ClusterUser user) {
        Await.until(cluster, "all pods are gone", () -> assertThat(user.pods()).isEmpty());
    }

    /** The model is read from the disk each time. */
    private static void coldCache() {
        try {
            Files.writeString(Path.of("/proc/sys/vm/drop_caches"), "3");
        } catch (IOException e) {
            throw new UncheckedIOException("benchmarks run as root on the node's machine", e);
        }
    }
}
