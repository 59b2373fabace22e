package io.brainmatrix.embedded.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.regex.Pattern;

/** What {@code kubectl get} prints: the columns of a definition, worked out here. Pure. */
final class Table {
    private static final Pattern FILTER =
            Pattern.compile(
                    "(?<list>.*?)\\[\\?\\(@\\.(?<key>\\w+)==['\"](?<value>.*?)['\"]\\)\\](?<rest>.*)");

    private Table() {}

    /** A {@code Table} of objects of one kind. */
    static ObjectNode of(Kind kind, List<ObjectNode> items, long version, Instant now) {
        ObjectNode table = JsonNodeFactory.instance.objectNode();
        table.put("kind", "Table").put("apiVersion", "meta.k8s.io/v1");
        table.putObject("metadata").put("resourceVersion", Long.toString(version));
        ArrayNode columns = table.putArray("columnDefinitions");
        column(columns, "Name", "name", 0);
        for (JsonNode c : kind.columns()) {
            column(
                    columns,
                    c.path("name").asText(),
                    c.path("format").asText(""),
                    c.path("priority").asInt(0));
        }
        boolean aged = kind.columns().isEmpty();
        if (aged) {
            column(columns, "Age", "", 0);
        }
        ArrayNode rows = table.putArray("rows");
        for (ObjectNode item : items) {
            ObjectNode row = rows.addObject();
            ArrayNode cells = row.putArray("cells");
            cells.add(Metadata.name(item));
            for (JsonNode c : kind.columns()) {
                cells.add(
                        cell(at(item, c.path("jsonPath").asText()), c.path("type").asText(), now));
            }
            if (aged) {
                cells.add(cell(item.at("/metadata/creationTimestamp"), "date", now));
            }
            row.putObject("object")
                    .put("kind", "PartialObjectMetadata")
                    .put("apiVersion", "meta.k8s.io/v1")
                    .set("metadata", item.path("metadata"));
        }
        return table;
    }

    private static void column(ArrayNode columns, String name, String format, int priority) {
        columns.addObject()
                .put("name", name)
                .put("type", "string")
                .put("format", format)
                .put("description", name)
                .put("priority", priority);
    }

    /** The part of JSONPath that the columns of our definitions use. */
    static JsonNode at(JsonNode object, String path) {
        var filter = FILTER.matcher(path);
        if (!filter.matches()) {
            return object.at(path.replace('.', '/'));
        }
        for (JsonNode one : object.at(filter.group("list").replace('.', '/'))) {
            if (one.path(filter.group("key")).asText("").equals(filter.group("value"))) {
                return at(one, filter.group("rest"));
            }
        }
        return com.fasterxml.jackson.databind.node.MissingNode.getInstance();
    }

    private static String cell(JsonNode value, String type, Instant now) {
        if (value.isMissingNode() || value.isNull()) {
            return "";
        }
        if (!type.equals("date")) {
            return value.isValueNode() ? value.asText() : value.toString();
        }
        try {
            Duration age = Duration.between(OffsetDateTime.parse(value.asText()).toInstant(), now);
            return age.toMinutes() < 2 ? age.toSeconds() + "s" : age.toMinutes() + "m";
        } catch (DateTimeParseException e) {
            return value.asText();
        }
    }
}
