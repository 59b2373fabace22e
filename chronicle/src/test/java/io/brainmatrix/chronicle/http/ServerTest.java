package io.brainmatrix.chronicle.http;

import static io.brainmatrix.chronicle.Entries.SUBJECT;
import static io.brainmatrix.chronicle.Entries.death;
import static io.brainmatrix.chronicle.Entries.json;
import static io.brainmatrix.chronicle.Entries.origin;
import static io.brainmatrix.chronicle.Entries.thought;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.brainmatrix.chronicle.Chronicle;
import io.brainmatrix.chronicle.access.Caller;
import io.brainmatrix.chronicle.access.Callers;
import io.brainmatrix.chronicle.entry.Entry;
import io.brainmatrix.chronicle.store.Draft;
import io.brainmatrix.chronicle.store.Retention;
import io.brainmatrix.chronicle.store.SqliteDatabase;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The HTTP interface as clients meet it, over a real store. */
class ServerTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final List<String> READS =
            List.of(
                    "/v1/entries",
                    "/v1/entries/1",
                    "/v1/search?q=lamp",
                    "/v1/statistics",
                    "/v1/feed",
                    "/v1/export");

    /** Tokens are names here; what they may is tried in its own tests. */
    private static final Map<String, Caller> CALLERS =
            Map.of(
                    "subject", new Caller.Instance(SUBJECT, 1, Set.of()),
                    "god", new Caller.Instance(origin("god"), 1, Set.of("subject")),
                    "operator", new Caller.Operator("operator"),
                    "admin", new Caller.Person("admin", true, Set.of(), true),
                    "stranger", new Caller.Stranger("x", "no"));

    private static final Callers BY_NAME =
            (token, namespace) -> {
                if (token.equals("away")) {
                    throw new IOException("away");
                }
                return Optional.ofNullable(CALLERS.get(token));
            };

    @TempDir Path directory;
    private Chronicle chronicle;

    @BeforeEach
    void start() throws IOException {
        chronicle =
                Chronicle.start(
                        0,
                        new SqliteDatabase(directory.resolve("chronicle.db")),
                        Retention.FOREVER,
                        BY_NAME,
                        Clock.systemUTC());
        Awaitility.await().until(() -> chronicle.scribe().fault().isEmpty());
    }

    @AfterEach
    void stop() {
        chronicle.close();
    }

    private HttpRequest.Builder request(String token, String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(
                                URI.create(
                                        "http://127.0.0.1:%d%s".formatted(chronicle.port(), path)))
                        .timeout(Duration.ofSeconds(20));
        return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
    }

    private HttpResponse<String> get(String token, String path) throws Exception {
        return HTTP.send(request(token, path).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String token, String path, String body) throws Exception {
        return HTTP.send(
                request(token, path).POST(HttpRequest.BodyPublishers.ofString(body)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> append(String token, String... entries) throws Exception {
        return post(
                token, "/v1/entries", "{\"entries\":[%s]}".formatted(String.join(",", entries)));
    }

    private void tell(Entry... entries) throws Exception {
        chronicle.scribe().append(Arrays.stream(entries).map(Draft::of).toList()).get();
    }

    private static JsonNode error(HttpResponse<String> response) throws IOException {
        return JSON.readTree(response.body()).path("error");
    }

    @Test
    void withoutATokenEveryPathIsShut() throws Exception {
        List<String> all = new ArrayList<>(READS);
        all.addAll(List.of("/v1/history", "/v1", "/v1/nothing", "/v1/import", "/v1/unfinished"));
        for (String path : all) {
            assertThat(get("", path).statusCode()).as(path).isEqualTo(401);
            assertThat(get("unknown", path).statusCode()).as(path).isEqualTo(401);
            assertThat(post("", path, "{}").statusCode()).as(path).isEqualTo(401);
            assertThat(get("stranger", path).statusCode()).as(path).isEqualTo(403);
            assertThat(get("away", path).statusCode()).as(path).isEqualTo(503);
        }
    }

    @Test
    void aSubjectReadsNothingAnywhere() throws Exception {
        tell(thought(origin("god"), 1, 1, "secret lamp"), thought(SUBJECT, 1, 1, "mine"));
        for (String path : READS) {
            for (String query : List.of("", "instance=god", "namespace=brains&matrix=glass-jar")) {
                String asked =
                        query.isEmpty() || path.contains("/1")
                                ? path
                                : path + (path.contains("?") ? "&" : "?") + query;
                HttpResponse<String> response = get("subject", asked);
                assertThat(response.statusCode()).as(asked).isEqualTo(403);
                assertThat(response.body()).doesNotContain("secret", "god");
            }
        }
        assertThat(post("subject", "/v1/import", "").statusCode()).isEqualTo(403);
        assertThat(append("subject", json(2, 1, "t")).statusCode()).isEqualTo(403);
        assertThat(
                        append(
                                        "god",
                                        json(1, 1, "t")
                                                .replace(
                                                        "{\"kind\"",
                                                        "{\"instance\":\"subject\",\"kind\""))
                                .statusCode())
                .isEqualTo(403);
        HttpResponse<String> own = get("subject", "/v1/history");
        assertThat(own.statusCode()).isEqualTo(200);
        assertThat(own.body()).contains("mine").doesNotContain("secret", "sequence", "storedAt");
    }

    @Test
    void aSubjectIsAnsweredTheSameWhetherItIsWatchedOrNot() throws Exception {
        HttpResponse<String> alone = append("subject", json(1, 1, "t"));
        try (InputStream feed = feed("god", "?after=0", null)) {
            for (int i = 1; i <= 5; i++) {
                tell(thought(origin("god"), 1, i, "a watcher thinks"));
            }
            HttpResponse<String> watched = append("subject", json(1, 2, "t"));
            assertThat(watched.statusCode()).isEqualTo(alone.statusCode());
            assertThat(watched.body()).isEqualTo(alone.body());
            assertThat(headers(watched)).isEqualTo(headers(alone));
            assertThat(get("subject", "/v1/entries").body())
                    .isEqualTo(
                            get("subject", "/v1/entries?instance=nobody")
                                    .body()
                                    .replace("an instance reads those that it watches only", ""));
            assertThat(feed.read()).isPositive();
        }
    }

    private static Map<String, List<String>> headers(HttpResponse<String> response) {
        Map<String, List<String>> headers = new java.util.TreeMap<>(response.headers().map());
        headers.remove("date");
        return headers;
    }

    @Test
    void aWatcherReadsWhatItWatchesAndNothingElse() throws Exception {
        tell(
                thought(SUBJECT, 1, 1, "the lamp"),
                thought(origin("god"), 1, 1, "my own lamp"),
                death(SUBJECT, 1));
        JsonNode page = JSON.readTree(get("god", "/v1/entries?limit=1").body());
        assertThat(page.at("/entries/0/text").asText()).isEqualTo("the lamp");
        assertThat(page.at("/entries/0/prompt/text").isMissingNode()).isTrue();
        assertThat(page.path("next").asLong()).isEqualTo(1);
        JsonNode rest = JSON.readTree(get("god", "/v1/entries?after=1").body());
        assertThat(rest.path("entries")).hasSize(1);
        assertThat(rest.at("/entries/0/kind").asText()).isEqualTo("Death");
        assertThat(rest.path("next").isNull()).isTrue();
        assertThat(JSON.readTree(get("god", "/v1/search?q=lamp").body()).path("entries"))
                .hasSize(1);
        assertThat(get("god", "/v1/entries/1").body()).contains("You are subject.");
        assertThat(get("god", "/v1/entries/2").statusCode()).isEqualTo(404);
        assertThat(get("god", "/v1/export").body().lines()).hasSize(2);
        assertThat(get("god", "/v1/statistics").body()).doesNotContain("\"god\"");
    }

    @Test
    void aRetryAndAContradictionAreToldApart() throws Exception {
        assertThat(append("subject", json(1, 1, "so")).body()).contains("\"Stored\"");
        assertThat(append("subject", json(1, 1, "so")).body()).contains("\"Duplicate\"");
        HttpResponse<String> contradiction =
                append("subject", json(1, 2, "new"), json(1, 1, "otherwise"));
        assertThat(contradiction.statusCode()).isEqualTo(409);
        assertThat(error(contradiction).path("code").asText()).isEqualTo("Contradiction");
        assertThat(error(contradiction).path("field").asText()).isEqualTo("entries[1]");
        append("subject", json(1, 5, "five"));
        HttpResponse<String> late = append("subject", json(1, 3, "three"));
        assertThat(late.statusCode()).isEqualTo(409);
        assertThat(error(late).path("code").asText()).isEqualTo("OutOfOrder");
    }

    @Test
    void theFieldAtFaultIsTold() throws Exception {
        String good = json(1, 1, "t");
        Map<String, String> faults =
                Map.of(
                        good.replace("\"Thought\"", "\"Dream\""), "entries[0].kind",
                        good.replace("\"life\":1", "\"life\":0"), "entries[0].life",
                        good.replace("\"seed\":-7", "\"seed\":1.5"), "entries[0].details.seed",
                        good.replace("\"stop\"", "\"a b\""), "entries[0].details.finishReason",
                        good.replace("\"at\":\"2026", "\"at\":\"1826"), "entries[0].at",
                        good.replace("\"text\":\"t\"", "\"text\":7"), "entries[0].text",
                        good.replace("\"text\":\"t\"", "\"txt\":\"t\""), "entries[0].txt",
                        json(1, 1, "x".repeat(300_000)), "entries[0].text");
        for (Map.Entry<String, String> fault : faults.entrySet()) {
            HttpResponse<String> response = append("subject", fault.getKey());
            assertThat(response.statusCode()).as(fault.getValue()).isEqualTo(400);
            assertThat(error(response).path("field").asText()).isEqualTo(fault.getValue());
        }
        assertThat(error(get("god", "/v1/entries?limt=3")).path("field").asText())
                .isEqualTo("limt");
        assertThat(error(get("god", "/v1/entries?limit=0")).path("field").asText())
                .isEqualTo("limit");
        assertThat(error(get("god", "/v1/search?q=!!!")).path("field").asText()).isEqualTo("q");
        assertThat(post("subject", "/v1/entries", "x".repeat(3 << 20)).statusCode()).isEqualTo(413);
        assertThat(post("subject", "/v1/entries", "{").statusCode()).isEqualTo(400);
        assertThat(post("god", "/v1/search?q=x", "").statusCode()).isEqualTo(405);
    }

    @Test
    void halfACharacterSurvivesTheWholeWay() throws Exception {
        String odd = "half \ud83d '; DROP TABLE entry; -- \u0000";
        String escaped =
                json(1, 1, "T")
                        .replace("\"T\"", "\"half \\ud83d '; DROP TABLE entry; -- \\u0000\"");
        assertThat(append("subject", escaped).statusCode()).isEqualTo(200);
        JsonNode page = JSON.readTree(get("god", "/v1/entries").body());
        assertThat(page.at("/entries/0/text").asText()).isEqualTo(odd);
    }

    private InputStream feed(String token, String query, @Nullable String lastEventId)
            throws Exception {
        HttpRequest.Builder request = request(token, "/v1/feed" + query);
        if (lastEventId != null) {
            request.header("Last-Event-ID", lastEventId);
        }
        HttpResponse<InputStream> response =
                HTTP.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        assertThat(response.statusCode()).isEqualTo(200);
        return response.body();
    }

    /** Ids of the next events. */
    private static List<Long> ids(InputStream feed, int count) throws IOException {
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(feed, StandardCharsets.UTF_8));
        List<Long> ids = new ArrayList<>();
        while (ids.size() < count) {
            String line = lines.readLine();
            if (line == null) {
                throw new IOException("the feed ended after " + ids);
            }
            if (line.startsWith("id: ")) {
                ids.add(Long.parseLong(line.substring(4)));
            }
        }
        return ids;
    }

    @Test
    void aFeedGoesOnWhereItWasLeftAndMissesNothing() throws Exception {
        for (int i = 1; i <= 100; i++) {
            tell(thought(SUBJECT, 1, i, "early"));
        }
        try (InputStream feed = feed("god", "?after=0", null)) {
            for (int i = 101; i <= 200; i++) {
                tell(thought(SUBJECT, 1, i, "late"), thought(origin("god"), 1, i, "own"));
            }
            List<Long> ids = ids(feed, 200);
            assertThat(ids).isSorted().doesNotHaveDuplicates().startsWith(1L).endsWith(299L);
        }
        try (InputStream feed = feed("god", "", "150")) {
            assertThat(ids(feed, 3)).containsExactly(151L, 153L, 155L);
        }
        // Beyond the end: of a store that was lost since.
        try (InputStream feed = feed("god", "", "99999")) {
            assertThat(ids(feed, 2)).containsExactly(1L, 2L);
        }
    }

    @Test
    void aSlowConsumerLosesNothingAndHoldsNobodyUp() throws Exception {
        try (InputStream feed = feed("god", "?after=0", null)) {
            String text = "x".repeat(100_000);
            for (int i = 1; i <= 300; i++) {
                tell(thought(SUBJECT, 1, i, text)); // 30 MB: beyond the queue and the sockets
            }
            assertThat(ids(feed, 300)).isSorted().doesNotHaveDuplicates().hasSize(300);
        }
        assertThat(get("", "/metrics").body())
                .containsPattern("brainmatrix_chronicle_feed_catch_ups_total [1-9]");
    }

    @Test
    void whatIsExportedIsImportedElsewhere() throws Exception {
        tell(
                thought(SUBJECT, 1, 1, "a\u2028\ud83d"),
                death(SUBJECT, 1),
                thought(SUBJECT, 2, 1, "b"));
        String export = get("admin", "/v1/export").body();
        assertThat(export.lines()).hasSize(3);
        assertThat(post("admin", "/v1/import", export).body())
                .isEqualTo("{\"stored\":0,\"duplicate\":3,\"removed\":0}");
        stop();
        directory = directory.resolve("other");
        java.nio.file.Files.createDirectories(directory);
        start();
        assertThat(post("admin", "/v1/import", export).body())
                .isEqualTo("{\"stored\":3,\"duplicate\":0,\"removed\":0}");
        assertThat(get("admin", "/v1/export").body()).isEqualTo(export);
        HttpResponse<String> damaged = post("admin", "/v1/import", export + "{}");
        assertThat(damaged.statusCode()).isEqualTo(400);
        assertThat(error(damaged).path("field").asText()).startsWith("line[4]");
    }

    @Test
    void theOperatorTellsDeathsAndReadsNumbersOnly() throws Exception {
        String death =
                """
                {"kind":"Death","life":1,"at":"2026-01-01T12:00:00Z","text":"","namespace":"brains","matrix":"glass-jar",
                 "matrixUid":"uid-1","instance":"subject","details":{"class":"OutOfMemory","podUid":"p"}}""";
        assertThat(append("operator", death).statusCode()).isEqualTo(200);
        assertThat(append("subject", death).statusCode()).isEqualTo(403);
        assertThat(get("operator", "/v1/entries").statusCode()).isEqualTo(403);
        assertThat(get("operator", "/v1/statistics").body()).contains("\"Death\"");
    }

    private static String unfinished(int life, int number, String text) {
        return """
        {"kind":"PartialThought","life":%d,"number":%d,"at":"2026-01-01T12:00:00Z","text":"%s",
         "details":{"promptTokens":10,"seed":7,"persona":"plain"}}"""
                .formatted(life, number, text);
    }

    private HttpResponse<String> put(String token, String body) throws Exception {
        return HTTP.send(
                request(token, "/v1/unfinished")
                        .PUT(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void whatIsThoughtJustNowIsToldByWhoThinksItAndReadByNobodyUntilItIsCutOff() throws Exception {
        HttpResponse<String> taken = put("subject", unfinished(1, 1, "I was"));
        assertThat(taken.statusCode()).isEqualTo(202);
        assertThat(taken.body()).isEqualTo("{}");
        for (String token : List.of("god", "admin", "subject")) {
            for (String path : List.of("/v1/entries", "/v1/history", "/v1/export")) {
                assertThat(get(token, path).body()).doesNotContain("I was");
            }
        }
        assertThat(get("god", "/v1/unfinished").statusCode()).isEqualTo(405);
        tell(death(SUBJECT, 1));
        try (InputStream feed = feed("god", "?after=0", null)) {
            assertThat(ids(feed, 2)).containsExactly(1L, 2L);
        }
        JsonNode seen = JSON.readTree(get("god", "/v1/entries").body());
        assertThat(seen.at("/entries/0/text").asText()).isEqualTo("I was");
        assertThat(seen.at("/entries/0/details/finishReason").asText()).isEqualTo("killed");
        assertThat(seen.at("/entries/1/kind").asText()).isEqualTo("Death");
        assertThat(get("", "/metrics").body())
                .contains(
                        "brainmatrix_chronicle_unfinished_total{outcome=\"Taken\",} 1.0",
                        "brainmatrix_chronicle_unfinished_total{outcome=\"Dropped\",} 0.0",
                        "brainmatrix_chronicle_unfinished_stored_total 1.0");
        String export = get("admin", "/v1/export").body();
        assertThat(post("admin", "/v1/import", export).body()).contains("\"duplicate\":2");
    }

    @Test
    void whatIsThoughtJustNowIsToldOfOneselfAndWithinBounds() throws Exception {
        String good = unfinished(1, 1, "t");
        String another = good.replace("{\"kind\"", "{\"instance\":\"subject\",\"kind\"");
        assertThat(put("god", another).statusCode()).isEqualTo(403);
        assertThat(put("subject", unfinished(2, 1, "t")).statusCode()).isEqualTo(403);
        assertThat(put("operator", another).statusCode()).isEqualTo(403);
        assertThat(put("admin", another).statusCode()).isEqualTo(403);
        assertThat(put("", good).statusCode()).isEqualTo(401);
        Map<String, String> faults =
                Map.of(
                        json(1, 1, "t"),
                        "thought.kind",
                        unfinished(1, 0, "t"),
                        "thought.kind",
                        good.replace(
                                "\"text\"",
                                "\"prompt\":{\"text\":\"p\",\"sha256\":\"%s\"},\"text\""
                                        .formatted("ab".repeat(32))),
                        "thought.prompt",
                        unfinished(1, 1, "x".repeat(65_537)),
                        "thought.text",
                        "[]",
                        "thought");
        for (Map.Entry<String, String> fault : faults.entrySet()) {
            HttpResponse<String> response = put("subject", fault.getKey());
            assertThat(response.statusCode()).as(fault.getValue()).isEqualTo(400);
            assertThat(error(response).path("field").asText()).isEqualTo(fault.getValue());
        }
    }

    @Test
    void healthAndMetricsSayWhetherItStores() throws Exception {
        assertThat(get("", "/health/ready").body()).isEqualTo("{\"ready\":true,\"stores\":true}");
        append("subject", json(1, 1, "t"));
        assertThat(get("", "/metrics").body())
                .contains(
                        "brainmatrix_chronicle_appends_total{kind=\"Thought\",outcome=\"Stored\",} 1.0",
                        "brainmatrix_chronicle_entries 1.0",
                        "brainmatrix_chronicle_fault{kind=\"DiskFull\",} 0.0",
                        "brainmatrix_chronicle_last_sequence 1.0");
    }
}
