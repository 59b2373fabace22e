package io.brainmatrix.pod.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * Grammars of llama.cpp (GBNF) for answers that are JSON: any object, or what a subset of JSON
 * Schema allows. Ours because the library's own translation aborts the process on a schema that it
 * does not take, and because it ignores a grammar that it cannot read: whatever comes out of here
 * must be right.
 *
 * <p>What an answer may look like is narrower than what a schema allows: properties come in the
 * schema's order, none beside those that are named, numbers have at most 15 digits before the point
 * and 15 behind it. Each answer that ends by itself is valid.
 */
final class JsonGrammar {
    /** Schemas within schemas, references and alternatives counted as well. */
    static final int DEPTH_MAX = 8;

    /** All schemas within one, each as often as it is referred to. */
    static final int SCHEMAS_MAX = 256;

    /** Of one object: each that may be left out is one more way for the sampler to keep open. */
    static final int PROPERTIES_MAX = 64;

    /** Of one enum, and of one anyOf. */
    static final int CHOICES_MAX = 64;

    /** Characters of all property names and enum values together. */
    static final int LITERALS_MAX = 8192;

    /** How deep an object of any content may go. */
    private static final int ANY_DEPTH = 16;

    /** Of a property's name in the path that a refusal tells. */
    private static final int NAME_SHOWN = 64;

    private static final Set<String> ANNOTATIONS =
            Set.of("title", "description", "default", "examples", "$schema", "$comment", "$id");

    private static final Map<String, Set<String>> KEYWORDS =
            Map.of(
                    "object", Set.of("properties", "required", "additionalProperties"),
                    "array", Set.of("items"),
                    "string", Set.of(),
                    "integer", Set.of(),
                    "number", Set.of(),
                    "boolean", Set.of(),
                    "null", Set.of());

    /**
     * A string is any Unicode text without surrogates that are alone, raw or escaped; white space
     * is bounded, or a model might give nothing else.
     */
    private static final String SCALARS =
            """
            ws ::= | " " | "\\n" [ \\t]{0,20}
            string ::= "\\"" char* "\\""
            char ::= [\\x20-\\x21\\x23-\\x5B\\x5D-\\x7E\\u00A0-\\uD7FF\\uE000-\\uFFFD\\U00010000-\\U0010FFFF] | "\\\\" escape
            escape ::= ["\\\\/bfnrt] | "u" unit
            unit ::= [0-9a-cA-CefEF] hex hex hex | [dD] [0-7] hex hex
            hex ::= [0-9a-fA-F]
            integer ::= "-"? ("0" | [1-9] [0-9]{0,14})
            number ::= integer ("." [0-9]{1,15})? ([eE] [-+]? [0-9]{1,2})?
            boolean ::= "true" | "false"
            null ::= "null"
            """;

    private final JsonNode whole;
    private final Map<String, String> rules = new LinkedHashMap<>();
    private int schemas;
    private int literals;

    private JsonGrammar(JsonNode whole) {
        this.whole = whole;
    }

    private record Property(String name, String value, boolean required) {
        String pair() {
            return literal(name) + " \":\" ws " + value + " ws";
        }
    }

    /** Any JSON object. */
    static String anyObject() {
        JsonGrammar grammar = new JsonGrammar(TextNode.valueOf(""));
        return grammar.text(grammar.anyObject(ANY_DEPTH));
    }

    /**
     * What a schema allows.
     *
     * @param path of the schema in the request, for messages
     * @throws ApiError naming the path to the first thing in it that is not supported
     */
    static String of(JsonNode schema, String path) throws ApiError {
        JsonGrammar grammar = new JsonGrammar(schema);
        return grammar.text(grammar.schema(schema, path, 1));
    }

    private String text(String root) {
        return rules.entrySet().stream()
                .map(rule -> rule.getKey() + " ::= " + rule.getValue() + "\n")
                .collect(Collectors.joining("", "root ::= " + root + "\n", SCALARS));
    }

    /** Adds what a schema needs; returns the name of its rule. */
    private String schema(JsonNode schema, String path, int depth) throws ApiError {
        if (!schema.isObject()) {
            throw ApiError.invalid(path, "must be a schema, a JSON object");
        }
        if (depth > DEPTH_MAX) {
            throw ApiError.invalid(path, "goes deeper than %d schemas".formatted(DEPTH_MAX));
        }
        if (++schemas > SCHEMAS_MAX) {
            throw ApiError.invalid(path, "is one of more than %d schemas".formatted(SCHEMAS_MAX));
        }
        if (schema.has("$ref")) {
            only(schema, Set.of("$ref"), path, depth);
            return schema(referred(schema.path("$ref"), path + ".$ref"), path, depth + 1);
        }
        if (schema.has("anyOf")) {
            only(schema, Set.of("anyOf"), path, depth);
            return anyOf(schema.path("anyOf"), path + ".anyOf", depth);
        }
        if (schema.has("enum") || schema.has("const")) {
            return texts(schema, path, depth);
        }
        List<String> types = types(schema.path("type"), path + ".type");
        Set<String> known = new LinkedHashSet<>(Set.of("type"));
        types.forEach(type -> known.addAll(KEYWORDS.getOrDefault(type, Set.of())));
        only(schema, known, path, depth);
        List<String> names = new ArrayList<>();
        for (String type : types) {
            names.add(
                    switch (type) {
                        case "object" -> object(schema, path, depth);
                        case "array" -> array(schema, path, depth);
                        default -> type;
                    });
        }
        return names.size() == 1 ? names.getFirst() : rule("choice", String.join(" | ", names));
    }

    /** Definitions at the root may lie beside the root's own keywords. */
    private static void only(JsonNode schema, Set<String> known, String path, int depth)
            throws ApiError {
        for (Map.Entry<String, JsonNode> entry : schema.properties()) {
            String keyword = entry.getKey();
            boolean definitions =
                    depth == 1 && (keyword.equals("$defs") || keyword.equals("definitions"));
            if (!definitions && !known.contains(keyword) && !ANNOTATIONS.contains(keyword)) {
                throw ApiError.invalid(path + "." + shown(keyword), "is not supported here");
            }
        }
    }

    private JsonNode referred(JsonNode reference, String path) throws ApiError {
        for (String definitions : List.of("$defs", "definitions")) {
            String prefix = "#/" + definitions + "/";
            String text = reference.asText("");
            if (text.startsWith(prefix)) {
                JsonNode target = whole.path(definitions).path(text.substring(prefix.length()));
                if (!target.isMissingNode()) {
                    return target;
                }
            }
        }
        throw ApiError.invalid(path, "must name a schema of `$defs`, such as `#/$defs/name`");
    }

    private String anyOf(JsonNode alternatives, String path, int depth) throws ApiError {
        choices(alternatives, path);
        List<String> names = new ArrayList<>();
        for (JsonNode alternative : alternatives) {
            names.add(schema(alternative, path + "[" + names.size() + "]", depth + 1));
        }
        return rule("choice", String.join(" | ", names));
    }

    private static void choices(JsonNode array, String path) throws ApiError {
        if (!array.isArray() || array.isEmpty() || array.size() > CHOICES_MAX) {
            throw ApiError.invalid(path, "must be an array of 1 to %d".formatted(CHOICES_MAX));
        }
    }

    private String texts(JsonNode schema, String path, int depth) throws ApiError {
        String keyword = schema.has("enum") ? "enum" : "const";
        only(schema, Set.of(keyword, "type"), path, depth);
        if (!schema.path("type").asText("string").equals("string")) {
            throw ApiError.invalid(path + ".type", "must be string beside " + keyword);
        }
        JsonNode values = schema.path(keyword);
        if (keyword.equals("enum")) {
            choices(values, path + ".enum");
        }
        Set<String> texts = new LinkedHashSet<>();
        for (JsonNode value : values.isArray() ? values : List.of(values)) {
            if (!value.isTextual()) {
                throw ApiError.invalid(path + "." + keyword, "must be of strings");
            }
            texts.add(literal(counted(value.asText(), path + "." + keyword)));
        }
        return rule("text", String.join(" | ", texts));
    }

    private static List<String> types(JsonNode type, String path) throws ApiError {
        List<String> types =
                type.isArray()
                        ? StreamSupport.stream(type.spliterator(), false)
                                .map(t -> t.asText(""))
                                .distinct()
                                .toList()
                        : List.of(type.asText(""));
        if (types.isEmpty() || !KEYWORDS.keySet().containsAll(types)) {
            throw ApiError.invalid(
                    path, "must be object, array, string, integer, number, boolean or null");
        }
        return types;
    }

    private String array(JsonNode schema, String path, int depth) throws ApiError {
        String item =
                schema.has("items")
                        ? schema(schema.path("items"), path + ".items", depth + 1)
                        : any(ANY_DEPTH - 1);
        return rule("array", list("[", item + " ws", "]"));
    }

    private static String list(String open, String element, String close) {
        return "\"%s\" ws (%s (\",\" ws %s)*)? \"%s\"".formatted(open, element, element, close);
    }

    private String object(JsonNode schema, String path, int depth) throws ApiError {
        JsonNode additional = schema.path("additionalProperties");
        if (schema.has("additionalProperties")
                && !(additional.isBoolean() && !additional.booleanValue())) {
            throw ApiError.invalid(path + ".additionalProperties", "must be false or left out");
        }
        if (!schema.has("properties") && !schema.has("required") && additional.isMissingNode()) {
            return anyObject(ANY_DEPTH);
        }
        return rule("object", "\"{\" ws " + members(properties(schema, path, depth)) + " \"}\"");
    }

    private List<Property> properties(JsonNode schema, String path, int depth) throws ApiError {
        JsonNode declared = schema.path("properties");
        if (schema.has("properties")
                && (!declared.isObject() || declared.size() > PROPERTIES_MAX)) {
            throw ApiError.invalid(
                    path + ".properties",
                    "must be an object of at most %d properties".formatted(PROPERTIES_MAX));
        }
        Set<String> required = required(schema.path("required"), declared, path + ".required");
        List<Property> properties = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : declared.properties()) {
            String at = path + ".properties." + shown(entry.getKey());
            properties.add(
                    new Property(
                            counted(entry.getKey(), at),
                            schema(entry.getValue(), at, depth + 1),
                            required.contains(entry.getKey())));
        }
        return properties;
    }

    private static Set<String> required(JsonNode required, JsonNode declared, String path)
            throws ApiError {
        if (!required.isArray() && !required.isMissingNode()) {
            throw ApiError.invalid(path, "must be an array of strings");
        }
        Set<String> names = new LinkedHashSet<>();
        for (JsonNode name : required) {
            if (!name.isTextual() || !declared.has(name.asText())) {
                throw ApiError.invalid(path, "must name properties of the object only");
            }
            names.add(name.asText());
        }
        return names;
    }

    /**
     * Pairs in order, commas between those that are there. Two rules for each property, from the
     * last to the first: whether another pair came before it or not.
     */
    private String members(List<Property> properties) {
        String first = "\"\"";
        String next = "\"\"";
        for (Property property : properties.reversed()) {
            String leftOutFirst = property.required() ? "" : " | " + first;
            String leftOutNext = property.required() ? "" : " | " + next;
            first = rule("first", property.pair() + " " + next + leftOutFirst);
            next = rule("next", "\",\" ws " + property.pair() + " " + next + leftOutNext);
        }
        return first;
    }

    private String anyObject(int depth) {
        String name = "any-object-" + depth;
        if (!rules.containsKey(name)) {
            rules.put(name, list("{", "string \":\" ws " + any(depth - 1) + " ws", "}"));
        }
        return name;
    }

    private String any(int depth) {
        String name = "any-" + depth;
        if (!rules.containsKey(name)) {
            String scalars = "string | number | boolean | null";
            rules.put(
                    name,
                    depth == 0
                            ? scalars
                            : anyObject(depth)
                                    + " | "
                                    + list("[", any(depth - 1) + " ws", "]")
                                    + " | "
                                    + scalars);
        }
        return name;
    }

    private String rule(String kind, String body) {
        String name = kind + "-" + rules.size();
        rules.put(name, body);
        return name;
    }

    private String counted(String text, String path) throws ApiError {
        literals += text.length();
        if (literals > LITERALS_MAX) {
            throw ApiError.invalid(
                    path,
                    "is beyond the %d characters that names and values may have together"
                            .formatted(LITERALS_MAX));
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw ApiError.invalid(path, "has half of a surrogate pair");
        }
        return text;
    }

    /** A JSON string as a literal of the grammar. */
    private static String literal(String text) {
        String json = TextNode.valueOf(text).toString();
        return "\"" + json.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    private static String shown(String name) {
        return name.length() <= NAME_SHOWN ? name : name.substring(0, NAME_SHOWN) + "…";
    }
}
