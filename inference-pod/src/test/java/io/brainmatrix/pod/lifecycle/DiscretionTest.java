package io.brainmatrix.pod.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What clients ask, what the model thinks and what opens the API is nobody else's business: it is
 * in nothing that a pod writes.
 */
class DiscretionTest {
    private static final String TOKEN = "token-8c1f";
    private static final String GUESS = "guess-77ab";
    private static final String PROMPT = "prompt-d4e5";

    /** What a chain model says when it is asked for its own words. */
    private static final String THOUGHT = "brown fox jumps";

    private static final List<String> BODIES =
            List.of(
                    "{\"prompt\":\"%s the quick\",\"max_tokens\":20,\"temperature\":0}",
                    "{\"prompt\":\"%s the quick\",\"max_tokens\":20,\"temperature\":0,\"stream\":true}",
                    "{\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}],\"max_tokens\":20,\"user\":\"%<s\"}",
                    "{\"prompt\":\"%s\",\"max_tokens\":3,\"stop\":\"%<s\",\"temperature\":\"%<s\"}",
                    "{\"prompt\":\"%s\",\"model\":\"%<s\"}",
                    "{\"prompt\":\"a\",\"max_tokens\":20,\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"schema\":{\"enum\":[\"%s\"]}}}}",
                    "{\"prompt\":\"a\",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"schema\":{\"type\":\"%s\"}}}}",
                    "{\"prompt\":%s",
                    "%s");

    @Test
    void noTokenNoPromptAndNoThoughtIsInAnythingThatThePodWrites(@TempDir Path folder)
            throws Exception {
        try (PodProcess pod = PodProcess.serving(folder, TOKEN)) {
            String answers = "";
            for (String path : List.of("/v1/completions", "/v1/chat/completions")) {
                for (String body : BODIES) {
                    answers += pod.post(path, "Bearer " + TOKEN, body.formatted(PROMPT)).body();
                    answers += pod.post(path, "Bearer " + GUESS, body.formatted(PROMPT)).body();
                }
            }
            assertThat(answers).as("the model was asked").contains(THOUGHT, PROMPT);
            String told = pod.get("/status").body() + pod.get("/metrics").body();
            assertThat(told).contains("\"phase\":\"Serving\"", "brainmatrix_pod_tokens_total");
            saysNothing("status and metrics", told);
            Path blackBox = pod.file("termination-log");
            byte[] now = Files.readAllBytes(blackBox);
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> !Arrays.equals(now, Files.readAllBytes(blackBox)));
            String left = Files.readString(blackBox);
            assertThat(left).as("what its engine did last").contains("\"engine\":\"s");
            saysNothing("the termination message while it serves", left);

            assertThat(pod.terminate()).isEqualTo(ExitCode.Drained.code());

            for (Path file : pod.written()) {
                String text = Files.readString(file, StandardCharsets.ISO_8859_1);
                assertThat(text).as("%s", file).isNotBlank();
                saysNothing(file.toString(), text);
            }
        }
    }

    private static void saysNothing(String where, String text) {
        assertThat(text).as(where).doesNotContain(TOKEN, GUESS, PROMPT, THOUGHT);
    }
}
