package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.brainmatrix.quickstart.ImageArchives;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a container engine makes of the Containerfile is the image that {@code make images} made.
 */
@Tag("docker")
class ContainerfileE2E {
    @TempDir private static Path layers;

    private final JsonMapper json = new JsonMapper();

    /** All of them: an engine without BuildKit makes the targets before the wanted one too. */
    @BeforeAll
    static void unpack() throws IOException {
        for (Path archive : ImageArchives.below(Cluster.ROOT)) {
            String image = archive.getFileName().toString().replace(".tar", "");
            Path folder = Files.createDirectories(layers.resolve(image));
            Script tar = Script.run("tar", "-C", folder.toString(), "-xf", archive.toString());
            assertThat(tar.status()).as(tar.output()).isZero();
        }
    }

    /** By the commands that the Containerfile itself gives. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "operator | 1 | Quarkus", // its read-only root has no /tmp here
                "node-agent | 2 | NODE_NAME is missing",
                "inference-pod | 1 | BlackBox.open", // no /dev/termination-log here
                "chronicle | 2 | BRAINMATRIX_CHRONICLE_DIRECTORY is missing"
            })
    void anEngineBuildsItAndItStarts(String image, int status, String says) throws IOException {
        String name = "docker.io/brainmatrix/%s:of-the-containerfile".formatted(image);

        Script build =
                Script.run(
                        "docker",
                        "build",
                        "-f",
                        "deploy/containers/Containerfile",
                        "--target",
                        image,
                        "-t",
                        name,
                        layers.toString());
        assertThat(build.status()).as(build.output()).isZero();
        try {
            JsonNode ours =
                    json.readTree(layers.resolve(image).resolve("config.json").toFile())
                            .path("config");
            JsonNode built =
                    json.readTree(
                            Script.run("docker", "inspect", "--format", "{{json .Config}}", name)
                                    .last());
            assertThat(built.path("Entrypoint")).isEqualTo(ours.path("Entrypoint"));
            assertThat(built.path("User")).isEqualTo(ours.path("User"));
            assertThat(built.path("Env")).containsAll(ours.path("Env")); // the engine adds PATH

            Script run = Script.run("docker", "run", "--rm", "--read-only", name);
            assertThat(run.output()).contains(says);
            assertThat(run.status()).isEqualTo(status);
        } finally {
            Script _ = Script.run("docker", "rmi", "-f", name);
        }
    }
}
