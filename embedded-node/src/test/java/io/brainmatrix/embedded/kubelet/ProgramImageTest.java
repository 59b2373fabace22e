package io.brainmatrix.embedded.kubelet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgramImageTest {
    private static String script() throws IOException {
        return Files.readString(Path.of(System.getProperty("brainmatrix.root"), "scripts/images"));
    }

    @Test
    void theFlagsAreThoseOfTheImages() throws IOException {
        assertThat(ProgramImage.of(script(), "operator").entrypoint())
                .startsWith("/opt/jre/bin/java")
                .contains("-Xmx64m")
                .endsWith("-jar", "/app/quarkus-run.jar");
        assertThat(ProgramImage.of(script(), "node-agent").entrypoint())
                .endsWith("-cp", "/app/*", "io.brainmatrix.agent.Main");
        ProgramImage pod = ProgramImage.of(script(), "inference-pod");
        assertThat(pod.entrypoint())
                .contains("-Xmx48m")
                .endsWith("-cp", "/app/*", "io.brainmatrix.pod.Main");
        assertThat(pod.environment()).containsEntry("MALLOC_ARENA_MAX", "2");
        assertThatIOException().isThrownBy(() -> ProgramImage.of(script(), "nobody"));
    }

    @Test
    void theImagesPathsBecomeThisMachines() throws IOException {
        ProgramImage pod = ProgramImage.of(script(), "inference-pod");

        assertThat(
                        pod.with("io.brainmatrix.pod.Main", "Other", Path.of("/mine.jar"))
                                .command(
                                        Map.of(
                                                "/opt/jre/bin/java", "/jdk/bin/java",
                                                "/opt/llama", "/here/llama",
                                                "/scratch", "/here/scratch",
                                                "/app/*", "/a.jar:/b.jar")))
                .startsWith("/jdk/bin/java")
                .contains(
                        "-Dde.kherud.llama.lib.path=/here/llama",
                        "-XX:ErrorFile=/here/scratch/hs_err.log")
                .endsWith("-cp", "/mine.jar:/a.jar:/b.jar", "Other")
                .noneMatch(word -> word.contains("/opt/"));
    }
}
