package io.brainmatrix.pod.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.brainmatrix.pod.engine.Engine;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/**
 * A model that says anything, held by our grammars in the real engine: what ends by itself is JSON
 * as it was asked for. {@code -Dbrainmatrix.json.answers=5000} asks for more.
 */
class JsonAnswersTest {
    private static final int COUNT = Integer.getInteger("brainmatrix.json.answers", 200);
    private static final long SEED = Long.getLong("brainmatrix.seed", 1);
    private static final int TOKENS = 400;

    private static final ObjectMapper STRICT =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** Ids of the vocabulary's byte tokens: the first is behind the three special ones. */
    private static final int BYTES = 3;

    private static final Map<Integer, Double> CLOSES_SOON = closesSoon();

    /** More of what closes things, or a string of a model that says anything hardly ever ends. */
    private static Map<Integer, Double> closesSoon() {
        return "\"]},:"
                .chars()
                .boxed()
                .collect(Collectors.toMap(c -> BYTES + c, c -> c == '"' ? 6.0 : 3.0));
    }

    private static String answer(String grammar, int seed, StringBuilder into) {
        Engine.Outcome outcome =
                TestModel.random()
                        .engine()
                        .generate(
                                new Engine.Request(
                                        "the",
                                        TOKENS,
                                        new Engine.Sampling(1, 1, 0, 0, seed, 0, 0, 1, CLOSES_SOON),
                                        List.of(),
                                        Optional.of(grammar)),
                                piece -> {
                                    into.append(piece);
                                    return true;
                                });
        return AnswerShape.finish(outcome.ending());
    }

    @Test
    void anObjectOfAnyContentIsJson() throws IOException {
        int whole = 0;
        for (int seed = 0; seed < COUNT; seed++) {
            StringBuilder text = new StringBuilder();
            if (answer(JsonGrammar.anyObject(), seed, text).equals("stop")) {
                whole++;
                assertThat(STRICT.readTree(text.toString()).isObject()).as("%s", text).isTrue();
            } else {
                assertThat(text.toString()).startsWith("{");
            }
        }
        System.out.printf("JSON %d of %d objects came to their end%n", whole, COUNT);
        assertThat(whole).as("came to their end").isGreaterThan(COUNT / 2);
    }

    @Test
    void whatASchemaAsksForIsKept() throws IOException, ApiError {
        SplittableRandom random = new SplittableRandom(SEED);
        int whole = 0;
        for (int i = 0; i < COUNT; i++) {
            ObjectNode schema = schema(random, 3);
            StringBuilder text = new StringBuilder();
            if (answer(JsonGrammar.of(schema, "schema"), i, text).equals("stop")) {
                whole++;
                assertThat(fits(STRICT.readTree(text.toString()), schema))
                        .as("%s by %s", text, schema)
                        .isTrue();
            }
        }
        System.out.println("SAMPLE");
        System.out.printf("JSON %d of %d answers by schemas came to their end%n", whole, COUNT);
        assertThat(whole).as("came to their end").isGreaterThan(COUNT / 2);
    }

    /** What no tokens can write would leave the library without a choice: it aborts then. */
    @Test
    void whatTheModelCannotWriteIsRefused() {
        assertThatExceptionOfType(Engine.NotWritable.class)
                .isThrownBy(() -> answer("root ::= \"\ud800\"", 1, new StringBuilder()));
    }

    /** A schema of the subset, drawn by chance. */
    private static ObjectNode schema(SplittableRandom random, int depth) {
        ObjectNode schema = Exchange.JSON.createObjectNode();
        switch (random.nextInt(depth == 0 ? 6 : 10)) {
            case 0 -> schema.put("type", "string");
            case 1 -> schema.put("type", "integer");
            case 2 -> schema.put("type", "number");
            case 3 -> schema.put("type", "boolean");
            case 4 -> schema.putArray("type").add("null").add("integer");
            case 5 -> {
                ArrayNode texts = schema.putArray("enum");
                for (int i = random.nextInt(1, 5); i > 0; i--) {
                    texts.add(List.of("a", "ab", "é", "\\", "\"", "\n", "a b").get(i));
                }
            }
            case 6 -> schema.put("type", "array").set("items", schema(random, depth - 1));
            case 7 -> {
                ArrayNode any = schema.putArray("anyOf");
                any.add(schema(random, depth - 1)).add(schema(random, depth - 1));
            }
            default -> object(schema, random, depth);
        }
        return schema;
    }

    private static void object(ObjectNode schema, SplittableRandom random, int depth) {
        schema.put("type", "object").put("additionalProperties", false);
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = schema.putArray("required");
        for (int i = random.nextInt(4); i > 0; i--) {
            String name = List.of("name", "", "größe", "a\"b").get(i);
            properties.set(name, schema(random, depth - 1));
            if (random.nextBoolean()) {
                required.add(name);
            }
        }
    }

    /** What JSON Schema says, for those keywords alone. */
    private static boolean fits(JsonNode value, JsonNode schema) {
        if (schema.has("anyOf")) {
            return stream(schema.path("anyOf")).anyMatch(any -> fits(value, any));
        }
        if (schema.has("enum")) {
            return stream(schema.path("enum")).anyMatch(value::equals);
        }
        JsonNode type = schema.path("type");
        return type.isArray()
                ? stream(type).anyMatch(one -> is(value, one.asText(), schema))
                : is(value, type.asText(), schema);
    }

    private static boolean is(JsonNode value, String type, JsonNode schema) {
        return switch (type) {
            case "string" -> value.isTextual();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            case "array" ->
                    value.isArray()
                            && stream(value).allMatch(item -> fits(item, schema.path("items")));
            case "object" -> value.isObject() && hasProperties(value, schema);
            default -> throw new IllegalStateException(type);
        };
    }

    private static boolean hasProperties(JsonNode value, JsonNode schema) {
        Set<String> names = new HashSet<>();
        value.fieldNames().forEachRemaining(names::add);
        return stream(schema.path("required")).allMatch(name -> names.contains(name.asText()))
                && names.stream()
                        .allMatch(
                                name ->
                                        schema.path("properties").has(name)
                                                && fits(
                                                        value.path(name),
                                                        schema.path("properties").path(name)));
    }

    private static java.util.stream.Stream<JsonNode> stream(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }
}
