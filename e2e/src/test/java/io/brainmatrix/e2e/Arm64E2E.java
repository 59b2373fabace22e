package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.quickstart.Chart;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * All images for arm64, the edge's architecture, as pods of a real node: a matrix comes up, answers
 * and comes back after a death. On another machine each process runs in an emulator, which needs
 * memory and time of its own. {@code scripts/arm64-test} brings the images.
 */
@Tag("arm64")
class Arm64E2E {
    private static final String MATRIX = "edge";
    private static final String COMPONENT = "app.kubernetes.io/component";

    /** The offset of its lower byte; ELF specification, {@code e_machine}. */
    private static final int ELF_MACHINE = 18;

    private static final int AARCH64 = 0xB7;

    /** The emulator's own memory is the container's. */
    private static final Map<String, String> ROOM_FOR_AN_EMULATOR =
            Map.of(
                    "image.tag", "arm64",
                    "chronicle.enabled", "true",
                    "operator.resources.limits.memory", "1Gi",
                    "agent.resources.limits.memory", "640Mi",
                    "chronicle.resources.limits.memory", "640Mi");

    private final World world = new World();

    @Test
    void allImagesRunAsPodsAndAMatrixAnswers() throws IOException {
        try (Cluster cluster = Cluster.named(ROOM_FOR_AN_EMULATOR)) {
            world.place(Models.chain(Models.TINY_MIB), "arm64.gguf");
            try {
                Figures.note("chart for arm64 ready", Cluster.timed(cluster::install));
                List<Pod> parts =
                        cluster.client().pods().inNamespace(Chart.NAMESPACE).list().getItems();
                for (Pod part : parts) {
                    isForArm64(part);
                }
                assertThat(parts)
                        .extracting(p -> p.getMetadata().getLabels().get(COMPONENT))
                        .contains("operator", "node-agent", "chronicle");
                try (ClusterUser user = new ClusterUser(cluster, "e2e-arm64")) {
                    user.apply(
                            Matrix.on(MATRIX, World.hostPath("arm64.gguf"))
                                    .instance("name: subject, budget: {ram: 1Gi}"));
                    user.awaitReady(MATRIX, "subject");
                    assertThat(
                                    user.<String>talk(
                                            MATRIX, "subject", c -> c.complete("the quick", 7)))
                            .isEqualTo(" brown fox jumps over a lazy dog");
                    isForArm64(user.podOf(MATRIX, "subject"));
                    world.kill(user.podOf(MATRIX, "subject"));
                    Await.until(
                            cluster,
                            "its second life serves",
                            () -> {
                                assertThat(user.status(MATRIX, "subject").lives()).isEqualTo(2);
                                user.awaitReady(MATRIX, "subject");
                            });
                }
            } finally {
                cluster.uninstall();
                world.remove("arm64.gguf");
            }
        }
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
