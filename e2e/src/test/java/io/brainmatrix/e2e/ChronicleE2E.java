package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.brainmatrix.quickstart.Chart;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The chronicle as the chart installs it: the pods of instances tell of themselves and read whom
 * they watch, by tokens that are bound to their pods, and nothing is lost with its process.
 */
@Tag("cluster")
@ExtendWith(Installation.class)
class ChronicleE2E {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SHA = "ab".repeat(32);
    private static final String ENTRIES = "/v1/entries";
    private static final List<String> READS =
            List.of(
                    "/v1/entries",
                    "/v1/entries/1",
                    "/v1/search?q=lamp",
                    "/v1/statistics",
                    "/v1/feed",
                    "/v1/export");

    private final Cluster cluster;
    private final Chronicle chronicle;
    private final World world = new World();

    ChronicleE2E(Cluster cluster) {
        this.cluster = cluster;
        this.chronicle = new Chronicle(cluster);
    }

    @BeforeEach
    void place() {
        world.place(Models.chain(Models.TINY_MIB), "chronicle.gguf");
        Figures.note("chart brought to a chronicle", Cluster.timed(chronicle::install));
    }

    @AfterEach
    void remove() {
        chronicle.remove();
        world.remove("chronicle.gguf");
    }

    @Test
    void podsTellOfThemselvesReadWhomTheyWatchAndLoseNothingWithTheProcess(@TempDir Path folder)
            throws IOException {
        try (ClusterUser user = new ClusterUser(cluster, "e2e-chronicle")) {
            user.apply(
                    Matrix.on("jar", World.hostPath("chronicle.gguf"))
                            .instance("name: subject, role: Subject, budget: {ram: 512Mi}")
                            .instance(
                                    "name: god, role: God, budget: {ram: 512Mi}, watches: [subject]"));
            user.awaitReady("jar", "subject", "god");
            String subject =
                    chronicle.token(user, user.podOf("jar", "subject"), Chronicle.AUDIENCE);
            String god = chronicle.token(user, user.podOf("jar", "god"), Chronicle.AUDIENCE);

            assertThat(chronicle.ask("", "/v1/entries").statusCode()).isEqualTo(401);
            String elsewhere =
                    chronicle.token(
                            user, user.podOf("jar", "god"), "https://kubernetes.default.svc");
            assertThat(chronicle.ask(elsewhere, "/v1/entries").statusCode()).isEqualTo(401);

            for (int i = 1; i <= 20; i++) {
                assertThat(tell(subject, i, "thought of a lamp").statusCode()).isEqualTo(200);
                assertThat(tell(god, i, "secret of the lamp").statusCode()).isEqualTo(200);
            }
            for (String path : READS) {
                HttpResponse<String> refused = chronicle.ask(subject, path);
                assertThat(refused.statusCode()).as(path).isEqualTo(403);
                assertThat(refused.body()).doesNotContain("secret");
            }
            HttpResponse<String> asAnother =
                    chronicle.post(
                            god,
                            ENTRIES,
                            body(21, "x")
                                    .replace("{\"kind\"", "{\"instance\":\"subject\",\"kind\""));
            assertThat(asAnother.statusCode()).isEqualTo(403);
            // The same account's without a pod: neither an instance nor a person with rights.
            String stranger = chronicle.token(user, "default");
            assertThat(tell(stranger, 1, "x").statusCode()).isEqualTo(403);

            JsonNode seen = json(chronicle.ask(god, "/v1/entries?limit=100"));
            assertThat(seen.path("entries")).hasSize(20);
            assertThat(chronicle.ask(god, "/v1/entries").body()).doesNotContain("secret");

            chronicle.kill(world);
            Await.until(
                    cluster,
                    "the chronicle is back with all that it had",
                    () ->
                            assertThat(json(chronicle.ask(god, "/v1/entries?limit=100")))
                                    .isEqualTo(seen));
            assertThat(tell(god, 20, "secret of the lamp").body()).contains("Duplicate");
            assertThat(tell(god, 20, "something else").statusCode()).isEqualTo(409);
            assertThat(tell(subject, 21, "still here").body()).contains("Stored");
            assertThat(json(chronicle.ask(god, "/v1/entries?limit=100")).path("entries"))
                    .hasSize(21);
            Figures.line(
                    "chronicle after its requests: %d MiB of anonymous memory"
                            .formatted(World.anonymous(chronicle.pod()) >> 20));
            isInTheSupportBundleWithoutWhatWasThought(folder);
        }
    }

    private void isInTheSupportBundleWithoutWhatWasThought(Path folder) throws IOException {
        String itself = Chart.NAMESPACE + "." + chronicle.pod().getMetadata().getName() + ".";
        Map<String, String> files = SupportBundle.of(folder);

        assertThat(files.get("metrics/" + itself + "txt")).contains("brainmatrix_chronicle_");
        assertThat(files.get("logs/" + itself + "txt")).isNotBlank();
        assertThat(files.get("logs/" + itself + "previous.txt")).as("it was killed").isNotBlank();
        assertThat(String.join("\n", files.values()))
                .doesNotContain("of a lamp", "of the lamp", "something else");
    }

    private static String body(long number, String text) {
        return """
        {"entries":[{"kind":"Thought","life":1,"number":%d,"at":"2026-01-01T12:00:00Z","text":"%s","prompt":{"text":"You are.","sha256":"%s"},
          "details":{"promptTokens":10,"completionTokens":5,"promptMillis":3,"generationMillis":40,"model":"%s","seed":7,"persona":"plain","finishReason":"stop"}}]}"""
                .formatted(number, text, SHA, SHA);
    }

    private HttpResponse<String> tell(String token, long number, String text) {
        return chronicle.post(token, ENTRIES, body(number, text));
    }

    private static JsonNode json(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        try {
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
