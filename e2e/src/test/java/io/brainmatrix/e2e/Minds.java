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
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What the minds of one namespace have thought, as somebody reads it who may read everything. Each
 * entry is read once: the chronicle only grows.
 */
final class Minds implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern LINE = Pattern.compile("\\(#\\d+\\) [a-z0-9-]+, life \\d+,");
    private static final String BINDING = "e2e-minds-reader";
    private static final String ACCOUNT = "reader";

    private final Cluster cluster;
    private final Chronicle chronicle;
    private final String token;

    /** By matrix and instance. */
    private final Map<String, List<JsonNode>> read = new HashMap<>();

    /** Gives the user's namespace an account that may read. */
    Minds(Cluster cluster, Chronicle chronicle, ClusterUser user) {
        this.cluster = cluster;
        this.chronicle = chronicle;
        cluster.client()
                .resource(
                        new ServiceAccountBuilder()
                                .withNewMetadata()
                                .withName(ACCOUNT)
                                .withNamespace(user.namespace())
                                .endMetadata()
                                .build())
                .serverSideApply();
        cluster.client()
                .resource(
                        new ClusterRoleBindingBuilder()
                                .withNewMetadata()
                                .withName(BINDING)
                                .endMetadata()
                                .withNewRoleRef(
                                        "rbac.authorization.k8s.io",
                                        "ClusterRole",
                                        Chart.RELEASE + "-chronicle-reader")
                                .addNewSubject()
                                .withKind("ServiceAccount")
                                .withName(ACCOUNT)
                                .withNamespace(user.namespace())
                                .endSubject()
                                .build())
                .serverSideApply();
        this.token = chronicle.token(user, ACCOUNT);
    }

    /** All entries of an instance, with their prompts, the oldest first. */
    List<JsonNode> entries(String matrix, String instance) {
        List<JsonNode> all =
                read.computeIfAbsent(matrix + "/" + instance, key -> new ArrayList<>());
        boolean more = true;
        while (more) {
            long after = all.isEmpty() ? 0 : all.getLast().path("sequence").asLong();
            JsonNode page =
                    json(
                            chronicle.ask(
                                    token,
                                    "/v1/entries?prompt=true&limit=500&after=%d&matrix=%s&instance=%s"
                                            .formatted(after, matrix, instance)));
            page.path("entries").forEach(all::add);
            more = page.path("next").isNumber();
        }
        return List.copyOf(all);
    }

    /** Those of one kind. */
    List<JsonNode> entries(String matrix, String instance, String kind) {
        return entries(matrix, instance).stream()
                .filter(e -> e.path("kind").asText().equals(kind))
                .toList();
    }

    /** Whole thoughts of one life. */
    List<JsonNode> thoughts(String matrix, String instance, int life) {
        return entries(matrix, instance, "Thought").stream()
                .filter(e -> e.path("life").asInt() == life)
                .toList();
    }

    /** Of the whole thoughts of one life. */
    List<String> prompts(String matrix, String instance, int life) {
        return thoughts(matrix, instance, life).stream()
                .map(e -> e.at("/prompt/text").asText())
                .toList();
    }

    void await(String matrix, String who, int life, int count) {
        Await.until(
                cluster,
                "%s of %s has thought %d times in life %d".formatted(who, matrix, count, life),
                () -> assertThat(thoughts(matrix, who, life)).hasSizeGreaterThanOrEqualTo(count));
    }

    /** Every entry is in the prompts of the watcher's lives, in order (R14). */
    void r14(String matrix, String watcher, List<JsonNode> seen) {
        List<String> lines = seen.stream().map(Minds::line).toList();
        Set<String> wanted = Set.copyOf(lines);
        Await.until(
                cluster,
                watcher + " has seen all",
                () -> {
                    // A line is in many prompts: what counts is when it was there first.
                    Set<String> first = new LinkedHashSet<>();
                    LINE.matcher(told(matrix, watcher))
                            .results()
                            .map(MatchResult::group)
                            .filter(wanted::contains)
                            .forEach(first::add);
                    assertThat(first).containsExactlyElementsOf(lines);
                });
    }

    /** From 1 in each life, each once. */
    static void noneIsMissing(List<JsonNode> thoughts) {
        thoughts.stream()
                .collect(
                        Collectors.groupingBy(
                                t -> t.path("life").asInt(),
                                TreeMap::new,
                                Collectors.mapping(
                                        t -> t.path("number").asInt(), Collectors.toList())))
                .forEach(
                        (life, numbers) ->
                                assertThat(numbers)
                                        .as("of life " + life)
                                        .isEqualTo(
                                                IntStream.rangeClosed(1, numbers.size())
                                                        .boxed()
                                                        .toList()));
    }

    /** All prompts of whole thoughts of all lives, one after the other. */
    String told(String matrix, String instance) {
        return String.join(
                "\n",
                entries(matrix, instance, "Thought").stream()
                        .map(e -> e.at("/prompt/text").asText())
                        .toList());
    }

    /** What a watcher's line about an entry begins with; no other has its sequence. */
    static String line(JsonNode entry) {
        return "(#%d) %s, life %d,"
                .formatted(
                        entry.path("sequence").asLong(),
                        entry.path("instance").asText(),
                        entry.path("life").asLong());
    }

    static JsonNode json(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        try {
            return JSON.readTree(answer.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        cluster.client().rbac().clusterRoleBindings().withName(BINDING).delete();
    }
}
