package io.brainmatrix.embedded.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Structural schemas of defined kinds: defaults, unknown fields, and what can be judged without
 * CEL. Pure.
 */
final class Schema {
    private static final List<String> ALWAYS_KEPT = List.of("apiVersion", "kind", "metadata");

    private Schema() {}

    /** Fills in defaults and drops what the schema does not know, in place. */
    static void complete(ObjectNode object, JsonNode schema) {
        complete(object, schema, true);
    }

    private static void complete(JsonNode value, JsonNode schema, boolean root) {
        if (value instanceof ObjectNode object && schema.has("properties")) {
            JsonNode properties = schema.path("properties");
            if (!schema.path("x-kubernetes-preserve-unknown-fields").asBoolean()) {
                List<String> unknown = new ArrayList<>();
                object.fieldNames()
                        .forEachRemaining(
                                name -> {
                                    if (!properties.has(name)
                                            && !(root && ALWAYS_KEPT.contains(name))) {
                                        unknown.add(name);
                                    }
                                });
                object.remove(unknown);
            }
            for (Map.Entry<String, JsonNode> property : properties.properties()) {
                String name = property.getKey();
                JsonNode below = property.getValue();
                if (object.path(name).isNull() && !below.path("nullable").asBoolean()) {
                    object.remove(name);
                }
                if (!object.has(name) && below.has("default")) {
                    object.set(name, below.path("default").deepCopy());
                }
                if (object.has(name)) {
                    complete(object.path(name), below, false);
                }
            }
        } else if (value.isObject() && schema.path("additionalProperties").isObject()) {
            value.forEach(v -> complete(v, schema.path("additionalProperties"), false));
        } else if (value instanceof ArrayNode array) {
            array.forEach(v -> complete(v, schema.path("items"), false));
        }
    }

    /** What is wrong with an object, each with its field; empty when nothing is. */
    static List<String> faults(JsonNode object, JsonNode schema) {
        List<String> faults = new ArrayList<>();
        judge(object, schema, "", faults);
        return faults;
    }

    private static void judge(JsonNode value, JsonNode schema, String at, List<String> faults) {
        if (schema.path("x-kubernetes-int-or-string").asBoolean()) {
            if (!value.isIntegralNumber() && !value.isTextual()) {
                faults.add(at + ": must be an integer or a string");
            }
            return;
        }
        if (!typed(value, schema.path("type").asText(""))) {
            faults.add("%s: must be of type %s".formatted(at, schema.path("type").asText()));
            return;
        }
        if (schema.has("enum") && !contains(schema.path("enum"), value)) {
            faults.add("%s: unsupported value %s".formatted(at, value));
        }
        if (value.isTextual()) {
            text(value.asText(), schema, at, faults);
        } else if (value.isNumber()) {
            number(value.decimalValue(), schema, at, faults);
        } else if (value.isArray()) {
            bound(value.size(), schema, "Items", at, faults);
            int index = 0;
            for (JsonNode item : value) {
                judge(item, schema.path("items"), at + "[" + index++ + "]", faults);
            }
        } else if (value.isObject()) {
            fields(value, schema, at, faults);
        }
    }

    private static void fields(JsonNode value, JsonNode schema, String at, List<String> faults) {
        for (JsonNode name : schema.path("required")) {
            if (!value.has(name.asText())) {
                faults.add("%s.%s: required".formatted(at, name.asText()));
            }
        }
        for (Map.Entry<String, JsonNode> field : value.properties()) {
            JsonNode below = schema.path("properties").path(field.getKey());
            judge(
                    field.getValue(),
                    below.isMissingNode() && schema.path("additionalProperties").isObject()
                            ? schema.path("additionalProperties")
                            : below,
                    at + "." + field.getKey(),
                    faults);
        }
    }

    private static void text(String text, JsonNode schema, String at, List<String> faults) {
        bound(text.length(), schema, "Length", at, faults);
        String pattern = schema.path("pattern").asText("");
        if (!pattern.isEmpty() && !text.matches(pattern)) {
            faults.add("%s: \"%s\" does not match %s".formatted(at, text, pattern));
        }
    }

    private static void number(BigDecimal value, JsonNode schema, String at, List<String> faults) {
        boolean low =
                schema.has("minimum") && value.compareTo(schema.path("minimum").decimalValue()) < 0;
        boolean high =
                schema.has("maximum") && value.compareTo(schema.path("maximum").decimalValue()) > 0;
        if (low || high) {
            faults.add("%s: %s is out of bounds".formatted(at, value.toPlainString()));
        }
    }

    private static void bound(
            int size, JsonNode schema, String what, String at, List<String> faults) {
        if (size < schema.path("min" + what).asInt(0)
                || size > schema.path("max" + what).asInt(Integer.MAX_VALUE)) {
            faults.add("%s: %d is out of the bounds of its %s".formatted(at, size, what));
        }
    }

    private static boolean typed(JsonNode value, String type) {
        return switch (type) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isTextual();
            case "boolean" -> value.isBoolean();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            default -> true;
        };
    }

    private static boolean contains(JsonNode values, JsonNode value) {
        for (JsonNode one : values) {
            if (one.equals(value)) {
                return true;
            }
        }
        return false;
    }
}
