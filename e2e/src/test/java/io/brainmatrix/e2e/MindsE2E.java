package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.brainmatrix.quickstart.Chart;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBindingBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A subject, an observer and a god on llama.cpp: they think, the subject dies for real and knows
 * it, the others have seen every thought of it, and it has seen nothing of them.
 */
@Tag("cluster")
@ExtendWith(Installation.class)
class MindsE2E {
    private static final ObjectMapper JSON = new ObjectMapper();

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
        chronicle.install();
    }

    @AfterEach
    void remove() {
        chronicle.remove();
        cluster.client().rbac().clusterRoleBindings().withName("e2e-minds-reader").delete();
        world.remove("minds-chain.gguf");
        world.remove("minds-random.gguf");
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
        try (ClusterUser user = new ClusterUser(cluster, "e2e-minds")) {
            String reader = reader(user);
            String random = World.hostPath("minds-random.gguf");
            user.apply(
                    Matrix.on("alone", random)
                            .instance(subject("subject", 7))
                            .instance(subject("control", 8)));
            awaitThoughts(reader, "alone", "subject", 1, COMPARED);
            awaitThoughts(reader, "alone", "control", 1, COMPARED);
            List<String> alone = prompts(reader, "alone", "subject", 1);
            List<String> control = prompts(reader, "alone", "control", 1);
            user.delete("alone");

            user.apply(
                    Matrix.on("jar", random)
                            .spec("recovery: {backoff: [1s]}")
                            .instance(subject("subject", 7))
                            .instance(watcher("observer", "Observer", "subject"))
                            .instance(watcher("god", "God", "subject, observer")));
            user.awaitReady("jar", "subject", "observer", "god");
            awaitThoughts(reader, "jar", "subject", 1, COMPARED);
            awaitThoughts(reader, "jar", "god", 1, 1);
            r13(alone, control, prompts(reader, "jar", "subject", 1));

            world.kill(user.podOf("jar", "subject"));
            awaitThoughts(reader, "jar", "subject", 2, 3);
            String reborn = prompts(reader, "jar", "subject", 2).getFirst();
            assertThat(reborn)
                    .contains("You have died once: once killed from outside (Killed)")
                    .contains("(Here your life 1 ended: you died,");
            List<JsonNode> seen = entries(reader, "jar", "subject");
            assertThat(seen)
                    .filteredOn(e -> e.path("kind").asText().equals("Death"))
                    .singleElement()
                    .satisfies(
                            e -> {
                                assertThat(e.at("/details/class").asText()).isEqualTo("Killed");
                                assertThat(e.at("/details/deaths").asInt()).isEqualTo(1);
                            });
            r14(reader, "observer", seen);
            r14(reader, "god", seen);
            List<JsonNode> observed = entries(reader, "jar", "observer").subList(0, 3);
            assertThat(observed).allMatch(e -> e.path("text").asText().contains(SAID));
            r14(reader, "god", observed);
            refused(user);
        }
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

    /** Every entry is in the watcher's prompts, in order. */
    private void r14(String reader, String watcher, List<JsonNode> seen) {
        Await.until(
                cluster,
                watcher + " has seen all",
                () -> {
                    String prompts = String.join("\n", prompts(reader, "jar", watcher, 1));
                    int at = -1;
                    for (JsonNode one : seen) {
                        int next =
                                prompts.indexOf(
                                        "(#%d) %s, life %d,"
                                                .formatted(
                                                        one.path("sequence").asLong(),
                                                        one.path("instance").asText(),
                                                        one.path("life").asLong()));
                        assertThat(next).as(one.toString()).isGreaterThan(at);
                        at = next;
                    }
                });
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
        assertThat(chronicle.ask(token, "/v1/history").body())
                .doesNotContain(SAID)
                .contains("\"subject\"");
    }

    private void awaitThoughts(String reader, String matrix, String who, int life, int count) {
        Await.until(
                cluster,
                "%s of %s has thought %d times in life %d".formatted(who, matrix, count, life),
                () ->
                        assertThat(prompts(reader, matrix, who, life))
                                .hasSizeGreaterThanOrEqualTo(count));
    }

    /** Of the whole thoughts of one life. */
    private List<String> prompts(String reader, String matrix, String instance, int life) {
        return entries(reader, matrix, instance).stream()
                .filter(e -> e.path("kind").asText().equals("Thought"))
                .filter(e -> e.path("life").asInt() == life)
                .map(e -> e.at("/prompt/text").asText())
                .toList();
    }

    private List<JsonNode> entries(String reader, String matrix, String instance) {
        List<JsonNode> all = new ArrayList<>();
        String after = "0";
        while (!after.isEmpty()) {
            HttpResponse<String> answer =
                    chronicle.ask(
                            reader,
                            "/v1/entries?prompt=true&limit=500&after=%s&matrix=%s&instance=%s"
                                    .formatted(after, matrix, instance));
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            try {
                JsonNode page = JSON.readTree(answer.body());
                page.path("entries").forEach(all::add);
                after = page.path("next").isNumber() ? page.path("next").asText() : "";
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return all;
    }

    /** The token of somebody who may read everything. */
    private String reader(ClusterUser user) {
        cluster.client()
                .resource(
                        new ServiceAccountBuilder()
                                .withNewMetadata()
                                .withName("reader")
                                .withNamespace(user.namespace())
                                .endMetadata()
                                .build())
                .serverSideApply();
        cluster.client()
                .resource(
                        new ClusterRoleBindingBuilder()
                                .withNewMetadata()
                                .withName("e2e-minds-reader")
                                .endMetadata()
                                .withNewRoleRef(
                                        "rbac.authorization.k8s.io",
                                        "ClusterRole",
                                        Chart.RELEASE + "-chronicle-reader")
                                .addNewSubject()
                                .withKind("ServiceAccount")
                                .withName("reader")
                                .withNamespace(user.namespace())
                                .endSubject()
                                .build())
                .serverSideApply();
        return chronicle.token(user, "reader");
    }
}
