package io.brainmatrix.pod.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The official openai client for Python against a whole pod. */
class OpenAiClientTest {
    private static final int SKIPPED = 77;

    @Test
    void theOfficialClientFindsAllAsItKnowsIt(@TempDir Path folder) throws Exception {
        try (PodProcess pod = PodProcess.serving(folder, "a-token-of-the-test\n")) {
            Path root = Path.of(System.getProperty("brainmatrix.root"));
            Path output = folder.resolve("client.log");
            Process client =
                    new ProcessBuilder(
                                    root.resolve("scripts/openai-client-test").toString(),
                                    pod.url(),
                                    pod.file("token").toString())
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile())
                            .start();
            boolean ended = client.waitFor(5, TimeUnit.MINUTES);
            client.destroyForcibly();
            String said = Files.readString(output);

            assertThat(ended).as("%s", said).isTrue();
            List<String> lines = said.lines().toList();
            Assumptions.assumeFalse(
                    client.exitValue() == SKIPPED, lines.isEmpty() ? "" : lines.getLast());
            assertThat(client.exitValue()).as("%s", said).isZero();
            System.out.println("CLIENT " + lines.get(lines.size() - 3));
        }
    }
}
