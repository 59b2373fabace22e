package io.brainmatrix.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The chart's dashboards, as files. */
final class Dashboards {
    static final Path DIRECTORY = Cluster.ROOT.resolve("helm/brainmatrix/dashboards");

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern LABEL_VALUES = Pattern.compile("label_values\\((.*), *(\\w+)\\)");

    private Dashboards() {}

    /**
     * A query.
     *
     * @param where dashboard and panel, annotation or variable
     */
    record Query(String where, String expression) {}

    static List<Path> files() {
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonNode read(Path file) {
        try {
            return JSON.readTree(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All queries: of panels, of annotations, and of variables as what they ask for. */
    static List<Query> queries(Path file) {
        JsonNode dashboard = read(file);
        String title = dashboard.path("title").asText();
        List<Query> queries = new ArrayList<>();
        for (JsonNode panel : dashboard.path("panels")) {
            for (JsonNode target : panel.path("targets")) {
                queries.add(
                        new Query(
                                title + " / " + panel.path("title").asText(),
                                target.path("expr").asText()));
            }
        }
        for (JsonNode annotation : dashboard.at("/annotations/list")) {
            queries.add(
                    new Query(
                            title + " / " + annotation.path("name").asText(),
                            annotation.path("expr").asText()));
        }
        for (JsonNode variable : dashboard.at("/templating/list")) {
            Matcher values = LABEL_VALUES.matcher(variable.at("/query/query").asText());
            if (values.matches()) {
                queries.add(
                        new Query(
                                title + " / $" + variable.path("name").asText(),
                                "count by (%s) (%s)".formatted(values.group(2), values.group(1))));
            }
        }
        return queries;
    }

    /** A query with Grafana's variables replaced. */
    static String substituted(String expression, String namespace, String matrix, String node) {
        return expression
                .replace("$__rate_interval", "10s")
                .replace("$__range", "5m")
                .replace("$namespace", namespace)
                .replace("$matrix", matrix)
                .replace("$node", node);
    }
}
