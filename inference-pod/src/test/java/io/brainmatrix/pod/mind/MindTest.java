package io.brainmatrix.pod.mind;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.brainmatrix.chronicle.Chronicle;
import io.brainmatrix.chronicle.access.Caller;
import io.brainmatrix.chronicle.entry.Origin;
import io.brainmatrix.chronicle.store.Retention;
import io.brainmatrix.chronicle.store.SqliteDatabase;
import io.brainmatrix.pod.engine.Desk;
import io.brainmatrix.pod.engine.Engine;
import io.brainmatrix.pod.engine.FakeEngine;
import io.brainmatrix.pod.engine.Share;
import io.brainmatrix.pod.memory.Rung;
import java.io.IOException;
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
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Minds on a stand-in for an engine, and the chronicle itself in this JVM. */
class MindTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration AWAIT = Duration.ofSeconds(20);
    private static final String MODEL = "ab".repeat(32);

    @TempDir Path directory;
    private final List<Mind> minds = new ArrayList<>();
    private final AtomicInteger worlds = new AtomicInteger();
    private volatile Rung rung = Rung.Free;
    private volatile OptionalInt used = OptionalInt.of(50);
    private MindConfig.Shares shares = new MindConfig.Shares(30, 5, 5, 30, 30);
    private int enginePercent = 10;

    /** A thought that begins meanwhile says some words and no more. */
    private volatile @Nullable CountDownLatch stuck;

    /** Of the mind that woke last. */
    private Desk desk = desk();

    private Chronicle chronicle;

    /** Answers with a digest of what it is asked, word by word: another prompt, another thought. */
    private final class Oracle extends FakeEngine {
        @Override
        public Outcome generate(Request request, Predicate<String> sink) {
            CountDownLatch until = stuck;
            if (until != null) {
                var _ = sink.test("I was about to");
                try {
                    until.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return new Outcome(1, Ending.Cancelled);
            }
            String said =
                    "thinks %08x %d"
                            .formatted(request.prompt().hashCode(), request.sampling().seed());
            int tokens = 0;
            for (String word : said.split(" ", -1)) {
                tokens++;
                if (!sink.test(" " + word)) {
                    return new Outcome(tokens, Ending.Cancelled);
                }
            }
            return new Outcome(tokens, Ending.Stop);
        }

        @Override
        public int countTokens(String text) {
            return tokens(text).length;
        }

        @Override
        public int[] tokens(String text) {
            return Stream.of(text.split("(?<=\\s)|(?=\\s)", -1))
                    .mapToInt(String::hashCode)
                    .toArray();
        }
    }

    private Desk desk() {
        return new Desk(new Oracle(), 1, AWAIT, () -> rung, System::nanoTime);
    }

    /** Tokens are {@code NAME/LIFE/WATCHED,WATCHED}. */
    private static Optional<Caller> caller(String token, @Nullable String namespace) {
        if (token.equals("operator")) {
            return Optional.of(new Caller.Operator(token));
        }
        if (token.equals("person")) {
            return Optional.of(new Caller.Person(token, true, Set.of(), false));
        }
        String[] parts = token.split("/", -1);
        return Optional.of(
                new Caller.Instance(
                        new Origin("brains", "jar", "uid", parts[0]),
                        Long.parseLong(parts[1]),
                        parts[2].isEmpty() ? Set.of() : Set.of(parts[2].split(",", -1))));
    }

    @BeforeEach
    void start() throws IOException {
        chronicle = open(0);
    }

    private Chronicle open(int port) throws IOException {
        Chronicle opened =
                Chronicle.start(
                        port,
                        new SqliteDatabase(directory.resolve("chronicle.db")),
                        Retention.FOREVER,
                        MindTest::caller,
                        Clock.systemUTC());
        Awaitility.await().atMost(AWAIT).until(() -> opened.scribe().fault().isEmpty());
        return opened;
    }

    @AfterEach
    void stop() throws Exception {
        minds.forEach(Mind::stop);
        chronicle.close();
    }

    private URI base() {
        return URI.create("http://127.0.0.1:" + chronicle.port());
    }

    private Mind wake(String name, long life, Map<String, Long> deaths, String... watches)
            throws Exception {
        return wakeAs("You are ${instance}.", name, life, deaths, watches);
    }

    private Mind wakeAs(
            String persona, String name, long life, Map<String, Long> deaths, String... watches)
            throws Exception {
        Path own = Files.createDirectory(directory.resolve("world" + worlds.incrementAndGet()));
        Path token =
                Files.writeString(
                        own.resolve("token"),
                        "%s/%d/%s".formatted(name, life, String.join(",", watches)));
        desk = desk();
        Mind mind =
                Mind.wake(
                        new Mind.World(
                                life,
                                deaths,
                                desk,
                                900,
                                true,
                                MODEL,
                                () -> rung,
                                () -> used,
                                Clock.systemUTC(),
                                System::nanoTime,
                                token,
                                own.resolve("thoughts")),
                        new MindConfig(
                                null,
                                name,
                                Map.of("mood", "calm"),
                                List.of(watches),
                                "PT0.02S",
                                64,
                                7,
                                80,
                                enginePercent,
                                shares,
                                false,
                                base().toString(),
                                null),
                        persona,
                        Map.of("instance", name));
        minds.add(mind);
        return mind;
    }

    /** Stored entries of an instance, with their prompts. */
    private List<JsonNode> entries(String instance) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> answer =
                    http.send(
                            HttpRequest.newBuilder(
                                            base().resolve(
                                                            "/v1/entries?limit=500&prompt=true&instance="
                                                                    + instance))
                                    .header("Authorization", "Bearer person")
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            List<JsonNode> all = new ArrayList<>();
            JSON.readTree(answer.body()).path("entries").forEach(all::add);
            return all;
        }
    }

    private List<String> prompts(String instance) throws Exception {
        return entries(instance).stream().map(e -> e.at("/prompt/text").asText()).toList();
    }

    private void awaitThoughts(String instance, int count) {
        Awaitility.await().atMost(AWAIT).until(() -> entries(instance).size() >= count);
    }

    private static void assertSeenInOrder(List<JsonNode> seen, List<String> prompts) {
        String all = String.join("\n", prompts);
        int at = -1;
        for (JsonNode one : seen) {
            int next =
                    all.indexOf(
                            "life %d, thought %d: %s"
                                    .formatted(
                                            one.path("life").asLong(),
                                            one.path("number").asLong(),
                                            one.path("text").asText().strip()));
            assertThat(next).as("%s in\n%s", one, all).isGreaterThan(at);
            at = next;
        }
    }

    @Test
    void thinksTellsAndRemembersItsOwnThoughts() throws Exception {
        Mind mind = wake("subject", 1, Map.of());
        awaitThoughts("subject", 5);
        mind.stop();
        mind.farewell(Duration.ofSeconds(5));

        List<JsonNode> thoughts = entries("subject");
        for (int i = 0; i < thoughts.size(); i++) {
            JsonNode thought = thoughts.get(i);
            String prompt = thought.at("/prompt/text").asText();
            assertThat(thought.path("number").asInt()).isEqualTo(i + 1);
            assertThat(thought.at("/details/seed").asInt()).isEqualTo(Seeds.of(7, 1, i + 1));
            assertThat(thought.at("/details/model").asText()).isEqualTo(MODEL);
            assertThat(thought.at("/details/persona").asText()).startsWith("subject@");
            assertThat(thought.at("/details").has("feed")).isFalse();
            assertThat(thought.at("/prompt/sha256").asText())
                    .isEqualTo(new TokenIds(new Oracle().tokens(prompt)).digest());
            if (i > 0) {
                assertThat(prompt).contains(thoughts.get(i - 1).path("text").asText().strip());
            }
        }
        assertThat(mind.count().thoughts()).isEqualTo(thoughts.size());
        assertThat(mind.count().spooled()).isZero();
    }

    @Test
    void r13ASubjectsPromptsAreTheSameWithAndWithoutWatchers() throws Exception {
        wake("subject", 1, Map.of());
        awaitThoughts("subject", 20);
        minds.forEach(Mind::stop);
        List<String> alone = prompts("subject").subList(0, 20);
        chronicle.close();
        Files.delete(directory.resolve("chronicle.db"));
        chronicle = open(0);

        wake("subject", 1, Map.of());
        wake("observer", 1, Map.of(), "subject");
        wake("god", 1, Map.of(), "subject", "observer");
        awaitThoughts("subject", 20);
        awaitThoughts("god", 2);

        assertThat(prompts("subject").subList(0, 20)).isEqualTo(alone);
    }

    @Test
    void r14WatchersSeeEveryThoughtInOrderAcrossTheirOwnDeathAndTheChronicles() throws Exception {
        wake("subject", 1, Map.of());
        Mind observer = wake("observer", 1, Map.of(), "subject");
        wake("god", 1, Map.of(), "subject", "observer");
        awaitThoughts("observer", 5);
        observer.stop(); // as a SIGKILL: whatever was under way is gone
        int port = chronicle.port();
        chronicle.close();
        chronicle = open(port);
        wake("observer", 2, Map.of("Killed", 1L), "subject");
        int before = entries("subject").size();
        awaitThoughts("subject", before + 10);
        minds.getFirst().stop();
        List<JsonNode> thoughts = entries("subject");
        Awaitility.await()
                .atMost(AWAIT)
                .untilAsserted(() -> assertSeenInOrder(thoughts, prompts("observer")));
        Awaitility.await()
                .atMost(AWAIT)
                .untilAsserted(() -> assertSeenInOrder(thoughts, prompts("god")));
        assertThat(entries("god").getLast().at("/details/feed").asLong()).isPositive();
    }

    @Test
    void ofAThoughtThatASigkillCutsOffTheChronicleAndTheNextLifeKnow() throws Exception {
        CountDownLatch killed = new CountDownLatch(1);
        stuck = killed;
        wake("subject", 1, Map.of());
        Awaitility.await()
                .atMost(AWAIT)
                .until(
                        () ->
                                metrics()
                                        .contains(
                                                "chronicle_unfinished_total{outcome=\"Taken\",} 1"));
        assertThat(entries("subject")).as("it is no entry while it may come to its end").isEmpty();
        tellOfDeath("subject", 1);
        JsonNode partial = entries("subject").getFirst();
        assertThat(partial.path("kind").asText()).isEqualTo("PartialThought");
        assertThat(partial.path("number").asInt()).isEqualTo(1);
        assertThat(partial.path("text").asText()).isEqualTo("I was about to");
        assertThat(partial.at("/details/finishReason").asText()).isEqualTo("killed");
        assertThat(partial.at("/details/seed").asInt()).isEqualTo(Seeds.of(7, 1, 1));
        stuck = null;
        wake("subject", 2, Map.of("Killed", 1L));
        awaitThoughts("subject", 3);
        assertThat(entries("subject").get(2).at("/prompt/text").asText())
                .contains("I was about to[...]", "(Here your life 1 ended: you died,");
        killed.countDown();
    }

    private void tellOfDeath(String instance, long life) throws Exception {
        String death =
                """
                {"entries":[{"kind":"Death","life":%d,"at":"2026-01-01T12:00:00Z","text":"","namespace":"brains","matrix":"jar",
                 "matrixUid":"uid","instance":"%s","details":{"class":"Killed","podUid":"p"}}]}"""
                        .formatted(life, instance);
        try (HttpClient http = HttpClient.newHttpClient()) {
            assertThat(
                            http.send(
                                            HttpRequest.newBuilder(base().resolve("/v1/entries"))
                                                    .header("Authorization", "Bearer operator")
                                                    .POST(
                                                            HttpRequest.BodyPublishers.ofString(
                                                                    death))
                                                    .build(),
                                            HttpResponse.BodyHandlers.ofString())
                                    .statusCode())
                    .isEqualTo(200);
        }
    }

    private String metrics() throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(base().resolve("/metrics")).build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }

    @Test
    void theNextLifeKnowsItsDeathsAndWhatItThought() throws Exception {
        Mind first = wake("subject", 1, Map.of());
        awaitThoughts("subject", 3);
        first.stop();
        first.farewell(Duration.ofSeconds(5));
        String last =
                entries("subject").stream()
                        .filter(e -> e.path("kind").asText().equals("Thought"))
                        .toList()
                        .getLast()
                        .path("text")
                        .asText()
                        .strip();

        wake("subject", 2, Map.of("Killed", 1L));
        Awaitility.await()
                .atMost(AWAIT)
                .until(
                        () ->
                                entries("subject").stream()
                                        .anyMatch(e -> e.path("life").asInt() == 2));

        String prompt =
                entries("subject").stream()
                        .filter(e -> e.path("life").asInt() == 2)
                        .findFirst()
                        .orElseThrow()
                        .at("/prompt/text")
                        .asText();
        assertThat(prompt).contains("You have died once", "(Killed)", last, "your life 1 ended");
    }

    @Test
    void aPressedMindIsToldOfItsOwnMemoryAndARefusingOnePauses() throws Exception {
        used = OptionalInt.of(96);
        Mind mind = wake("subject", 1, Map.of());
        awaitThoughts("subject", 1);
        assertThat(prompts("subject").getFirst()).contains("more than 95 percent");

        rung = Rung.Refuse;
        Awaitility.await().atMost(AWAIT).until(() -> still(mind));
        rung = Rung.Free;
        long paused = mind.count().thoughts();
        Awaitility.await().atMost(AWAIT).until(() -> mind.count().thoughts() > paused);
    }

    /** A mind that is not paused thinks about fifty times as often. */
    private static boolean still(Mind mind) throws InterruptedException {
        long before = mind.count().thoughts();
        Awaitility.await().pollDelay(Duration.ofMillis(300)).until(() -> true);
        return mind.count().thoughts() == before;
    }

    @Test
    void whatCannotBeToldNowIsToldLaterInOrder() throws Exception {
        Mind mind = wake("subject", 1, Map.of());
        awaitThoughts("subject", 2);
        int port = chronicle.port();
        chronicle.close();
        long then = mind.count().thoughts();
        Awaitility.await().atMost(AWAIT).until(() -> mind.count().thoughts() > then + 5);
        mind.stop();
        chronicle = open(port);
        mind.farewell(AWAIT); // tries are at most 10 s apart
        assertThat(mind.count().spooled()).isZero();

        List<JsonNode> thoughts = entries("subject");
        assertThat(thoughts.size()).isGreaterThan((int) then + 5);
        for (int i = 0; i < thoughts.size(); i++) {
            assertThat(thoughts.get(i).path("number").asInt()).isEqualTo(i + 1);
        }
    }

    @Test
    void aPersonaThatDoesNotFitIsSaidBeforeAThought() {
        assertThatThrownBy(() -> wakeAs("You are ${nobody}.", "subject", 1, Map.of()))
                .isInstanceOf(Mind.Unfit.class)
                .hasMessageContaining("`nobody`");
        assertThatThrownBy(() -> wakeAs("You are. ".repeat(500), "subject", 1, Map.of()))
                .isInstanceOf(Mind.Unfit.class)
                .hasMessageContaining("`mind.context.persona`");
    }

    @Test
    void aShareThatIsTooSmallForALineOfThoseWatchedIsSaid() throws Exception {
        shares = new MindConfig.Shares(30, 5, 5, 4, 30);
        assertThatThrownBy(() -> wake("observer", 1, Map.of(), "subject"))
                .isInstanceOf(Mind.Unfit.class)
                .hasMessageContaining("`mind.context.watched`");

        shares = new MindConfig.Shares(30, 5, 5, 0, 30);
        wake("subject", 1, Map.of());
        awaitThoughts("subject", 2);
        wake("god", 1, Map.of(), "subject");
        awaitThoughts("god", 2);
        assertThat(String.join("\n", prompts("god"))).doesNotContain("thought 1");
    }

    /** Requests of the API go first, a mind takes what is left. */
    @Test
    void whoGoesLastBeginsOnlyWhenNobodyWaits() throws Exception {
        Desk desk =
                new Desk(new Oracle(), 1, Duration.ofSeconds(5), () -> Rung.Free, System::nanoTime);
        List<String> order = java.util.Collections.synchronizedList(new ArrayList<>());
        Thread[] last = new Thread[1];
        desk.generate(
                Engine.Request.of("first", 9, Engine.Sampling.greedy()),
                1,
                () -> false,
                piece -> {
                    if (order.isEmpty()) {
                        order.add("first");
                        last[0] = asked(desk, true, order);
                        Thread next = asked(desk, false, order);
                        Awaitility.await().atMost(AWAIT).until(() -> desk.waiting() == 1);
                        assertThat(next.isAlive()).isTrue();
                    }
                    return true;
                });
        last[0].join();

        assertThat(order).containsExactly("first", "request", "mind");
    }

    /** One request has the only slot, another waits: the share says who is next. */
    @ParameterizedTest(name = "{0} %")
    @CsvSource({"0, 1", "100, 2"})
    void aMindStandsBackForRequestsByItsDeclaredShare(int percent, int waiting) throws Exception {
        enginePercent = percent;
        Mind mind = wake("subject", 1, Map.of());
        awaitThoughts("subject", 1);
        CountDownLatch release = new CountDownLatch(1);
        Predicate<String> held = piece -> heldBy(release);
        Thread has = requested(desk, held);
        Awaitility.await().atMost(AWAIT).until(() -> desk.running() == 1 && still(mind));
        Thread waits = requested(desk, piece -> true);

        try {
            Awaitility.await()
                    .atMost(AWAIT)
                    .during(Duration.ofMillis(400))
                    .until(() -> desk.waiting() == waiting);
        } finally {
            release.countDown();
        }

        has.join();
        waits.join();
        long before = mind.count().thoughts();
        Awaitility.await().atMost(AWAIT).until(() -> mind.count().thoughts() > before);
    }

    private static boolean heldBy(CountDownLatch release) {
        try {
            return release.await(AWAIT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static Thread requested(Desk desk, Predicate<String> sink) {
        return Thread.ofVirtual()
                .start(
                        () -> {
                            try {
                                Engine.Outcome _ =
                                        desk.generate(
                                                Engine.Request.of("x", 9, Engine.Sampling.greedy()),
                                                1,
                                                () -> false,
                                                sink);
                            } catch (Desk.Busy | InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                        });
    }

    private static Thread asked(Desk desk, boolean last, List<String> order) {
        return Thread.ofVirtual()
                .start(
                        () -> {
                            Engine.Request request =
                                    Engine.Request.of("x", 9, Engine.Sampling.greedy());
                            Predicate<String> sink =
                                    piece -> {
                                        String who = last ? "mind" : "request";
                                        if (!order.contains(who)) {
                                            order.add(who);
                                        }
                                        return true;
                                    };
                            try {
                                if (last) {
                                    desk.generateLast(
                                            request,
                                            1,
                                            new Share(10, System.nanoTime()),
                                            () -> false,
                                            sink);
                                } else {
                                    desk.generate(request, 1, () -> false, sink);
                                }
                            } catch (Desk.Busy | InterruptedException e) {
                                order.add(e.toString());
                            }
                        });
    }
}
