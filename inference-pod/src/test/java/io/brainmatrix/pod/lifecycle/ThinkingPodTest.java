package io.brainmatrix.pod.lifecycle;

import static io.brainmatrix.pod.telemetry.MetricsCatalogue.value;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.brainmatrix.chronicle.Chronicle;
import io.brainmatrix.chronicle.access.Caller;
import io.brainmatrix.chronicle.entry.Origin;
import io.brainmatrix.chronicle.store.Retention;
import io.brainmatrix.chronicle.store.SqliteDatabase;
import io.brainmatrix.modelgenerator.ModelFile;
import io.brainmatrix.modelgenerator.ModelSpec;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole pod that thinks: llama.cpp on a model that says gibberish, and the chronicle. */
class ThinkingPodTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Thoughts whose prompts are compared; {@code make test-full} compares more. */
    private static final int THOUGHTS = Integer.getInteger("brainmatrix.minds.thoughts", 6);

    private static final Duration AWAIT = Duration.ofMinutes(1);

    @TempDir Path directory;
    private Path model;
    private Chronicle chronicle;
    private int folders;

    @BeforeEach
    void start() throws Exception {
        model = directory.resolve("random.gguf");
        ModelFile.write(model, ModelSpec.ofSize(ModelSpec.Mode.RANDOM, 4, 1), done -> {});
        chronicle =
                Chronicle.start(
                        0,
                        new SqliteDatabase(directory.resolve("chronicle.db")),
                        Retention.FOREVER,
                        (token, namespace) ->
                                Optional.of(
                                        token.equals("person")
                                                ? new Caller.Person(token, true, Set.of(), false)
                                                : instance(token)),
                        Clock.systemUTC());
    }

    /** Tokens are {@code MATRIX/INSTANCE/WATCHED}. */
    private static Caller instance(String token) {
        String[] parts = token.split("/", -1);
        return new Caller.Instance(
                new Origin("brains", "jar", parts[0], parts[1]),
                1,
                parts[2].isEmpty() ? Set.of() : Set.of(parts[2]));
    }

    @AfterEach
    void stop() {
        chronicle.close();
    }

    /** Each run is a matrix of its own, so that none has a past. */
    private PodProcess think(String matrix, int seed) throws Exception {
        return think(matrix, "subject", "", seed);
    }

    private PodProcess think(String matrix, String instance, String watches, int seed)
            throws Exception {
        Path folder = Files.createDirectory(directory.resolve("pod" + ++folders));
        Path mind = Files.createDirectory(folder.resolve("mind"));
        Files.writeString(mind.resolve("token"), "%s/%s/%s".formatted(matrix, instance, watches));
        Files.writeString(mind.resolve("persona"), "You are ${instance}, and ${mood}.\n");
        return PodProcess.serving(
                folder,
                PodProcess.Options.usual()
                        .of(model)
                        .mind(
                                """
                                {"personaName":"subject.txt","variables":{"mood":"calm"},"watches":[%s],"interval":"PT0.05S","thoughtTokens":24,
                                 "seed":%d,"temperaturePercent":100,"context":{"persona":30,"deaths":5,"memory":5,"watched":30,"thoughts":30},
                                 "blank":false,"chronicle":"http://127.0.0.1:%d"}
                                """
                                        .formatted(
                                                watches.isEmpty() ? "" : '"' + watches + '"',
                                                seed,
                                                chronicle.port())));
    }

    private List<JsonNode> entries(String matrix) throws Exception {
        return entries(matrix, "subject");
    }

    private List<JsonNode> entries(String matrix, String instance) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            String body =
                    http.send(
                                    HttpRequest.newBuilder(
                                                    URI.create(
                                                            "http://127.0.0.1:%d/v1/entries?limit=500&prompt=true"
                                                                    .formatted(chronicle.port())))
                                            .header("Authorization", "Bearer person")
                                            .build(),
                                    HttpResponse.BodyHandlers.ofString())
                            .body();
            List<JsonNode> all = new ArrayList<>();
            JSON.readTree(body).path("entries").forEach(all::add);
            return all.stream()
                    .filter(e -> e.path("matrixUid").asText().equals(matrix))
                    .filter(e -> e.path("instance").asText().equals(instance))
                    .toList();
        }
    }

    private List<String> prompts(String matrix) throws Exception {
        Awaitility.await().atMost(AWAIT).until(() -> entries(matrix).size() >= THOUGHTS);
        return entries(matrix).stream()
                .limit(THOUGHTS)
                .map(e -> e.at("/prompt/text").asText())
                .toList();
    }

    @Test
    void aSeedMakesTheSameThoughtsAndAnotherOneOthers() throws Exception {
        List<String> first;
        try (PodProcess pod = think("first", 7)) {
            first = prompts("first");
            String scrape = pod.get("/metrics").body();
            assertThat(value(scrape, "brainmatrix_pod_mind_thoughts_total"))
                    .isGreaterThanOrEqualTo(THOUGHTS);
            assertThat(value(scrape, "brainmatrix_pod_mind_tokens_total{kind=\"generated\",}"))
                    .isBetween(1.0 * THOUGHTS, 1e5);
            assertThat(value(scrape, "brainmatrix_pod_mind_refused_total")).isZero();
            assertThat(pod.terminate()).isEqualTo(143);
            String thought = JSON.writeValueAsString(entries("first").getFirst().get("text"));
            assertThat(pod.file("termination-log"))
                    .content()
                    .contains("uptime")
                    .doesNotContain("You are subject", thought.substring(1, 16));
        }
        JsonNode last = entries("first").getLast();
        assertThat(last.path("number").asInt())
                .as("all that it thought is told when it is asked to end")
                .isEqualTo(entries("first").size());
        assertThat(last.at("/details/persona").asText()).startsWith("subject.txt@");
        assertThat(last.at("/prompt/text").asText()).contains("You are subject, and calm.");

        try (PodProcess _ = think("second", "observer", "subject", 1);
                PodProcess pod = think("second", 7)) {
            assertThat(prompts("second")).as("the same one watched (R13)").isEqualTo(first);
            Awaitility.await()
                    .atMost(AWAIT)
                    .until(
                            () ->
                                    entries("second", "observer").stream()
                                            .anyMatch(e -> tells(e, "subject, life 1, thought 1")));
            assertThat(pod.file("output.log")).content().doesNotContain("You are subject");
        }
        try (PodProcess _ = think("third", 8)) { // the control: not all thoughts are alike
            assertThat(prompts("third").subList(1, THOUGHTS))
                    .doesNotContainAnyElementsOf(first.subList(1, THOUGHTS));
        }
    }

    private static boolean tells(JsonNode entry, String what) {
        return entry.at("/prompt/text").asText().contains(what);
    }
}
