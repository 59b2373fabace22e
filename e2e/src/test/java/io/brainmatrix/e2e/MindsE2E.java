package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Pod;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A subject, an observer and a god on llama.cpp: they think, the subject dies for real and knows
 * it, the others have seen every thought of it, and it has seen nothing of them.
 */
@Tag("cluster")
@Order(5)
@ExtendWith(Installation.class)
class MindsE2E {
    /** Thoughts whose prompts are compared; {@code make test-full} compares more. */
    private static final int COMPARED = Integer.getInteger("brainmatrix.minds.thoughts", 6);

    private static final String WATCHER =
            "mind: {persona: {text: \"You see.\"}, interval: 200ms, thoughtTokens: 16, temperaturePercent: 0, context: {persona: 10, deaths: 10, memory: 5, watched: 60, thoughts: 15}}";
    private static final List<String> READS =
            List.of(
                    "/v1/entries",
                    "/v1/entries/1",
                    "/v1/search?q=fox",
                    "/v1/statistics",
                    "/v1/feed",
                    "/v1/export",
                    "/v1/entries?instance=observer",
                    "/v1/entries?instance=god");

    /** Large enough that a thought of 4096 tokens takes many seconds. */
    private static final int DREAMER_MIB = 32;

    private static final String DREAMER =
            "name: dreamer, role: Subject, budget: {ram: 512Mi}, engine: {threads: 1, contextLength: 8192}, model: {hostPath: %s}, mind: {persona: {text: \"Dream.\"}, interval: 0s, thoughtTokens: 4096, temperaturePercent: 0}"
                    .formatted(World.hostPath("minds-dreamer.gguf"));

    /** What the watchers think, over and over. */
    private static final String SAID = "quick brown fox jumps";

    private final Cluster cluster;
    private final Chronicle chronicle;
    private final World world = new World();

    MindsE2E(Cluster cluster) {
        this.cluster = cluster;
        this.chronicle = new Chronicle(cluster);
    }

    @BeforeEach
    void place() {
        world.place(Models.chain(Models.TINY_MIB), "minds-chain.gguf");
        world.place(Models.random(Models.TINY_MIB), "minds-random.gguf");
        world.place(Models.chain(DREAMER_MIB), "minds-dreamer.gguf");
        chronicle.install();
    }

    @AfterEach
    void remove() {
        chronicle.remove();
        world.remove("minds-chain.gguf");
        world.remove("minds-random.gguf");
        world.remove("minds-dreamer.gguf");
    }

    private static String subject(String name, int seed) {
        return "name: %s, role: Subject, budget: {ram: 512Mi}, engine: {threads: 1}, mind: {persona: {text: \"You are a mind. Think.\"}, interval: 200ms, thoughtTokens: 16, seed: %d, temperaturePercent: 100}"
                .formatted(name, seed);
    }

    private static String watcher(String name, String role, String watches) {
        return "name: %s, role: %s, budget: {ram: 512Mi}, engine: {threads: 1}, watches: [%s], model: {hostPath: %s}, %s"
                .formatted(name, role, watches, World.hostPath("minds-chain.gguf"), WATCHER);
    }

    @Test
    void theyThinkDieComeBackAndSeeWhomTheyWatch() {
        try (ClusterUser user = new ClusterUser(cluster, "e2e-minds");
                Minds minds = new Minds(cluster, chronicle, user)) {
            String random = World.hostPath("minds-random.gguf");
            user.apply(
                    Matrix.on("alone", random)
                            .instance(subject("subject", 7))
                            .instance(subject("control", 8)));
            minds.await("alone", "subject", 1, COMPARED);
            minds.await("alone", "control", 1, COMPARED);
            List<String> alone = minds.prompts("alone", "subject", 1);
            List<String> control = minds.prompts("alone", "control", 1);
            user.delete("alone");
            ofAThoughtCutOffByASigkillAPartIsKept(user, minds);

            user.apply(
                    Matrix.on("jar", random)
                            .spec("recovery: {backoff: [1s]}")
                            .instance(subject("subject", 7))
                            .instance(watcher("observer", "Observer", "subject"))
                            .instance(watcher("god", "God", "subject, observer")));
            user.awaitReady("jar", "subject", "observer", "god");
            minds.await("jar", "subject", 1, COMPARED);
            minds.await("jar", "god", 1, 1);
            r13(alone, control, minds.prompts("jar", "subject", 1));

            Duration killed = Cluster.timed(() -> killAll(user, minds));
            Figures.note("minds: all four killed, and the subject thinks again", killed);
            String reborn = minds.prompts("jar", "subject", 2).getFirst();
            assertThat(reborn)
                    .contains("You have died once: once killed from outside (Killed)")
                    .contains("(Here your life 1 ended: you died,");
            Await.until(
                    cluster,
                    "the death is told",
                    () ->
                            assertThat(minds.entries("jar", "subject", "Death"))
                                    .singleElement()
                                    .satisfies(MindsE2E::isTheFirstDeath));
            List<JsonNode> seen = minds.entries("jar", "subject");
            minds.r14("jar", "observer", seen);
            minds.r14("jar", "god", seen);
            List<JsonNode> observed = minds.entries("jar", "observer", "Thought").subList(0, 3);
            assertThat(observed).allMatch(e -> e.path("text").asText().contains(SAID));
            minds.r14("jar", "god", observed);
            refused(user);
            isShown(user);
        }
    }

    /** Its first thought takes many seconds, and each second of it is told. */
    private void ofAThoughtCutOffByASigkillAPartIsKept(ClusterUser user, Minds minds) {
        long before = told();
        user.apply(Matrix.on("dream", World.hostPath("minds-chain.gguf")).instance(DREAMER));
        user.awaitReady("dream", "dreamer");
        Await.until(
                cluster,
                "the chronicle is told of the thought under way",
                () -> assertThat(told()).isGreaterThan(before + 1));
        world.kill(user.podOf("dream", "dreamer"));
        Await.until(
                cluster,
                "the death is told, and before it what was thought then",
                () ->
                        assertThat(minds.entries("dream", "dreamer"))
                                .extracting(e -> e.path("kind").asText())
                                .containsSubsequence("PartialThought", "Death"));
        JsonNode partial = minds.entries("dream", "dreamer", "PartialThought").getFirst();
        assertThat(partial.path("text").asText()).contains(SAID);
        assertThat(partial.at("/details/finishReason").asText()).isEqualTo("killed");
        user.delete("dream");
    }

    /** Times that any thought under way was told. */
    private long told() {
        return (long)
                Scrape.values(
                                chronicle.ask("", "/metrics").body(),
                                "brainmatrix_chronicle_unfinished_total{outcome=\"Taken\"")
                        .sum();
    }

    private static void isTheFirstDeath(JsonNode entry) {
        assertThat(entry.at("/details/class").asText()).isEqualTo("Killed");
        assertThat(entry.at("/details/deaths").asInt()).isEqualTo(1);
    }

    /** Subject, observer, chronicle and operator at once; each comes back by itself. */
    private void killAll(ClusterUser user, Minds minds) {
        List<Pod> all =
                List.of(
                        user.podOf("jar", "subject"),
                        user.podOf("jar", "observer"),
                        chronicle.pod(),
                        Objects.requireNonNull(cluster.operator()));
        all.forEach(world::kill);
        minds.await("jar", "subject", 2, 3);
        minds.await("jar", "observer", 2, 3);
    }

    /** With the node's readings: soon after a pod has begun or ended, else within a minute. */
    private void isShown(ClusterUser user) {
        Await.until(
                cluster,
                "thoughts per minute and the death that the god saw are shown",
                () -> {
                    assertThat(user.matrix("jar").orElseThrow().getStatus().thoughtsPerMinute())
                            .isPositive();
                    assertThat(user.events())
                            .filteredOn(event -> "DeathSeen".equals(event.getReason()))
                            .anyMatch(event -> event.getMessage().startsWith("god, life 1"));
                });
    }

    private static void r13(List<String> alone, List<String> control, List<String> watched) {
        assertThat(watched.subList(0, COMPARED))
                .as("a subject's prompts with and without watchers")
                .isEqualTo(alone.subList(0, COMPARED));
        assertThat(control.subList(1, COMPARED))
                .as("with another seed")
                .doesNotContainAnyElementsOf(alone.subList(1, COMPARED));
        assertThat(String.join("\n", watched)).doesNotContain("observer").doesNotContain(SAID);
    }

    /**
     * By the subject's own token nothing of others can be read, and nothing says that there is any.
     */
    private void refused(ClusterUser user) {
        String token = chronicle.token(user, user.podOf("jar", "subject"), Chronicle.AUDIENCE);
        for (String path : READS) {
            HttpResponse<String> answer = chronicle.ask(token, path);
            assertThat(answer.statusCode()).as(path).isEqualTo(403);
            assertThat(answer.body()).as(path).doesNotContain(SAID);
        }
        assertThat(chronicle.post(token, "/v1/import", "{}").statusCode()).isEqualTo(403);
        assertThat(chronicle.ask(token, "/v1/history").body())
                .doesNotContain(SAID)
                .contains("\"subject\"");
    }
}
