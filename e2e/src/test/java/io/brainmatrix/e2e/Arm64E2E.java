package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.quickstart.Chart;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * All images for arm64, the edge's architecture, as pods of a real node: agent, chronicle and
 * operator take over from this machine's own, and a matrix comes up and answers. On another machine
 * each process runs in an emulator, which needs memory and time of its own: more than the probes of
 * the chart give. {@code scripts/arm64-test} brings the images.
 */
@Tag("arm64")
class Arm64E2E {
    private static final String MATRIX = "edge";
    private static final String TAG = ":arm64";
    private static final Quantity MEMORY = new Quantity("1Gi");

    /** To start, with an emulator, on a machine that does other things beside. */
    private static final Duration PATIENCE = Duration.ofMinutes(6);

    /** The offset of its lower byte; ELF specification, {@code e_machine}. */
    private static final int ELF_MACHINE = 18;

    private static final int AARCH64 = 0xB7;
    private static final int CONFLICT = 409;

    private final World world = new World();

    @Test
    void allImagesRunAsPodsAndAMatrixAnswers() throws IOException {
        try (Cluster cluster = Cluster.named(Map.of("chronicle.enabled", "true"))) {
            world.place(Models.chain(Models.TINY_MIB), "arm64.gguf");
            try {
                cluster.install();
                var apps = cluster.client().apps();
                emulate("node-agent", apps.daemonSets(), d -> d.getSpec().getTemplate());
                emulate("chronicle", apps.statefulSets(), s -> s.getSpec().getTemplate());
                emulate("operator", apps.deployments(), d -> d.getSpec().getTemplate());
                // All at once: each start has one busy thread, and there is more than one core.
                for (String component : List.of("node-agent", "chronicle", "operator")) {
                    takesOver(cluster, component);
                }
                try (ClusterUser user = new ClusterUser(cluster, "e2e-arm64")) {
                    user.apply(
                            Matrix.on(MATRIX, World.hostPath("arm64.gguf"))
                                    .instance("name: subject, budget: {ram: 1Gi}"));
                    user.awaitReady(MATRIX, "subject");
                    isForArm64(user.podOf(MATRIX, "subject"));
                    assertThat(
                                    user.<String>talk(
                                            MATRIX, "subject", c -> c.complete("the quick", 7)))
                            .isEqualTo(" brown fox jumps over a lazy dog");
                }
            } finally {
                cluster.install(); // an emulated operator would drain for minutes
                cluster.uninstall();
                world.remove("arm64.gguf");
            }
        }
    }

    /** Tried again when its controller has written its status meanwhile: the version differs. */
    private static <T extends HasMetadata> void emulate(
            String component,
            MixedOperation<T, ?, ? extends Resource<T>> workloads,
            Function<T, PodTemplateSpec> template) {
        Awaitility.await("no conflict")
                .ignoreExceptionsMatching(
                        e -> e instanceof KubernetesClientException k && k.getCode() == CONFLICT)
                .until(
                        () -> {
                            workloads
                                    .inNamespace(Chart.NAMESPACE)
                                    .withName(Chart.RELEASE + "-" + component)
                                    .edit(w -> emulated(w, template.apply(w)));
                            return true;
                        });
    }

    /** Of the other image, without the probes that end what starts too slowly. */
    private static <T extends HasMetadata> T emulated(T workload, PodTemplateSpec template) {
        Container container = template.getSpec().getContainers().getFirst();
        container.setImage(other(container.getImage()));
        container.setStartupProbe(null);
        container.setLivenessProbe(null);
        container.getResources().getLimits().put("memory", MEMORY);
        for (EnvVar variable : container.getEnv()) {
            if (variable.getName().equals("BRAINMATRIX_INFERENCE_IMAGE")) {
                variable.setValue(other(variable.getValue()));
            }
        }
        return workload;
    }

    private static String other(String image) {
        return image.substring(0, image.lastIndexOf(':')) + TAG;
    }

    private static void takesOver(Cluster cluster, String component) throws IOException {
        Instant from = Instant.now();
        Awaitility.await(component)
                .atMost(PATIENCE)
                .ignoreExceptions()
                .untilAsserted(
                        () -> assertThat(newest(cluster, component)).matches(PodTimes::isReady));
        Figures.note(component + " for arm64 ready", Duration.between(from, Instant.now()));
        isForArm64(newest(cluster, component));
    }

    /** The one that is left, of the other image. */
    private static Pod newest(Cluster cluster, String component) {
        var pods =
                cluster.client()
                        .pods()
                        .inNamespace(Chart.NAMESPACE)
                        .withLabel("app.kubernetes.io/component", component)
                        .list()
                        .getItems();
        assertThat(pods).as(component).hasSize(1);
        assertThat(pods.getFirst().getSpec().getContainers().getFirst().getImage()).endsWith(TAG);
        return pods.getFirst();
    }

    /** Its JVM's ELF header says so. */
    private static void isForArm64(Pod pod) throws IOException {
        long pid = World.processes(pod).getFirst().pid();
        try (InputStream java =
                Files.newInputStream(Path.of("/proc/%d/root/opt/jre/bin/java".formatted(pid)))) {
            assertThat(java.readNBytes(ELF_MACHINE + 1)[ELF_MACHINE] & 0xFF)
                    .as("machine of %s", pod.getMetadata().getName())
                    .isEqualTo(AARCH64);
        }
    }
}
