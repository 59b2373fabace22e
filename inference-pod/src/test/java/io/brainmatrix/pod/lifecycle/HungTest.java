package io.brainmatrix.pod.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Liveness is progress, not an endpoint that answers. */
class HungTest {
    private static final String ASK = "{\"prompt\":\"%s\",\"max_tokens\":%d}";

    @Test
    void anEngineWithWorkThatGivesNothingEndsThePodWithItsOwnCode(@TempDir Path folder)
            throws Exception {
        try (PodProcess pod =
                PodProcess.serving(folder, PodProcess.Options.usual().standIn("PT1S"))) {
            // Two seconds of work with signs of life, then idle: neither ends it.
            assertThat(pod.post("/v1/completions", "", ASK.formatted("talk", 40)).statusCode())
                    .isEqualTo(200);
            assertThat(pod.get("/health/live").statusCode()).isEqualTo(200);

            var _ =
                    CompletableFuture.runAsync(
                            () -> {
                                try {
                                    pod.post(
                                            "/v1/completions", "", ASK.formatted(StandIn.HANG, 40));
                                } catch (Exception e) {
                                    // the pod ends before it answers
                                }
                            });

            assertThat(pod.exitCode()).isEqualTo(ExitCode.Hung.code());
            JsonNode told =
                    new ObjectMapper().readTree(Files.readString(pod.file("termination-log")));
            assertThat(told.path("reason").asText()).isEqualTo("Hung");
            assertThat(told.path("exitCode").asInt()).isEqualTo(32);
            assertThat(told.path("message").asText()).contains("1 s are borne");
            assertThat(pod.debris()).isEmpty();
        }
    }
}
