package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The Containerfiles start what scripts/images starts, with the version that the build names. */
class ContainerfilesTest {
    private static final Path FOLDER = Cluster.ROOT.resolve("deploy/containers");

    private static String images() throws IOException {
        return Files.readString(Cluster.ROOT.resolve("scripts/images"));
    }

    /** The JSON of each image's command in scripts/images. */
    private static List<String> commands() throws IOException {
        return Pattern.compile("'(\\[\"/opt/jre/bin/java\".*?\\])'")
                .matcher(images())
                .results()
                .map(m -> m.group(1))
                .toList();
    }

    @Test
    void everyImageHasItsTargetAndItsCommand() throws IOException {
        String file = Files.readString(FOLDER.resolve("Containerfile"));

        assertThat(commands())
                .hasSize(4)
                .allSatisfy(command -> assertThat(file).contains("\nENTRYPOINT " + command + "\n"));
        assertThat(file)
                .contains(
                        "FROM scratch AS operator\n",
                        "FROM scratch AS node-agent\n",
                        "FROM scratch AS inference-pod\n",
                        "FROM scratch AS chronicle\n");
        for (String variable : List.of("MALLOC_ARENA_MAX=1", "MALLOC_MMAP_THRESHOLD_=1048576")) {
            assertThat(file).contains(variable);
            assertThat(images()).contains(variable);
        }
    }

    @Test
    void theOneForCudaBuildsTheVersionThatThePodNeeds() throws IOException {
        String file = Files.readString(FOLDER.resolve("jetson-cuda.Containerfile"));
        Matcher version =
                Pattern.compile("<llama.version>(.+)</llama.version>")
                        .matcher(Files.readString(Cluster.ROOT.resolve("pom.xml")));

        assertThat(version.find()).isTrue();
        assertThat(file).contains("--branch v" + version.group(1) + " ", "ARCHITECTURES=87");
        assertThat(commands())
                .anySatisfy(command -> assertThat(file).endsWith("\nENTRYPOINT " + command + "\n"));
    }
}
