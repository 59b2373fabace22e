package io.brainmatrix.pod.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.brainmatrix.pod.engine.Engine;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A request for a completion or a chat completion, validated: nothing that native code would abort
 * on gets further, and nothing that would change the answer is passed over in silence.
 *
 * @param maxTokens absent: as many as the context has room for
 * @param grammar that the answer keeps to
 */
record CompletionRequest(
        List<Engine.Message> messages,
        String prompt,
        OptionalInt maxTokens,
        Engine.Sampling sampling,
        List<String> stop,
        Optional<String> grammar,
        boolean stream,
        boolean streamUsage) {
    private static final int STOPS_MAX = 4;
    private static final int STOP_MAX_LENGTH = 1024;
    private static final int MESSAGES_MAX = 1024;
    private static final int BIASES_MAX = 1024;
    private static final int BIAS_MAX = 100;

    /** llama.cpp's own defaults. */
    private static final int TOP_K = 40;

    private static final double MIN_P = 0.05;

    /** Beyond, it divides a likelihood into infinity. */
    private static final double REPEAT_PENALTY_LEAST = 0.5;

    private static final double REPEAT_PENALTY_MOST = 2;

    /** A field that is not offered, and what it may be all the same, as JSON. */
    private record NotOffered(String field, List<String> harmless) {}

    /**
     * Fields of OpenAI's and of llama-server's that ask for another answer than the one that would
     * come: better refused than ignored.
     */
    private static final List<NotOffered> NOT_OFFERED =
            List.of(
                    new NotOffered("n", List.of("1")),
                    new NotOffered("best_of", List.of("1")),
                    new NotOffered("logprobs", List.of("false")),
                    new NotOffered("top_logprobs", List.of("0")),
                    new NotOffered("echo", List.of("false")),
                    new NotOffered("suffix", List.of("\"\"")),
                    new NotOffered("tools", List.of("[]")),
                    new NotOffered("tool_choice", List.of("\"none\"", "\"auto\"")),
                    new NotOffered("functions", List.of("[]")),
                    new NotOffered("function_call", List.of("\"none\"", "\"auto\"")),
                    new NotOffered("modalities", List.of("[\"text\"]")),
                    new NotOffered("audio", List.of()),
                    new NotOffered("web_search_options", List.of()),
                    new NotOffered("n_probs", List.of("0")),
                    new NotOffered("ignore_eos", List.of("false")),
                    new NotOffered("grammar", List.of("\"\"")),
                    new NotOffered("json_schema", List.of()));

    /**
     * Reads a body.
     *
     * @param chat which of the two APIs it is for
     * @param model the only one that is served
     */
    static CompletionRequest parse(JsonNode body, boolean chat, CompletionEndpoint.Model model)
            throws ApiError {
        if (!body.isObject()) {
            throw new ApiError(
                    400, "invalid_request_error", null, "the body must be a JSON object");
        }
        Fields fields = new Fields(body);
        served(fields, model.name());
        for (NotOffered field : NOT_OFFERED) {
            refuse(fields, field);
        }
        boolean stream = fields.flag("stream");
        return new CompletionRequest(
                chat ? messages(body.path("messages")) : List.of(),
                chat ? "" : prompt(body.path("prompt")),
                maxTokens(fields),
                sampling(fields, model.vocabulary()),
                stop(body.path("stop")),
                ResponseFormat.grammar(body.path("response_format")),
                stream,
                streamUsage(fields));
    }

    private static void served(Fields fields, String model) throws ApiError {
        String asked = fields.text("model").orElse(model);
        if (!asked.equals(model)) {
            throw new ApiError(
                    404,
                    "invalid_request_error",
                    "model",
                    "model_not_found",
                    "the model served here is `%s`; name it or leave `model` out".formatted(model));
        }
    }

    private static void refuse(Fields fields, NotOffered field) throws ApiError {
        JsonNode value = fields.body().path(field.field());
        if (fields.has(field.field()) && !field.harmless().contains(value.toString())) {
            throw ApiError.invalid(
                    field.field(),
                    field.harmless().isEmpty()
                            ? "is not offered; leave it out"
                            : "is not offered; leave it out or let it be "
                                    + String.join(" or ", field.harmless()));
        }
    }

    private static Engine.Sampling sampling(Fields fields, int vocabulary) throws ApiError {
        return new Engine.Sampling(
                fields.number("temperature", 1, 0, 2),
                fields.number("top_p", 1, 0, 1),
                (int) fields.integer("top_k", TOP_K, 0, 1_000_000),
                fields.number("min_p", MIN_P, 0, 1),
                seed(fields.integer("seed", -1, Long.MIN_VALUE, Long.MAX_VALUE)),
                fields.number("frequency_penalty", 0, -2, 2),
                fields.number("presence_penalty", 0, -2, 2),
                fields.number("repeat_penalty", 1, REPEAT_PENALTY_LEAST, REPEAT_PENALTY_MOST),
                logitBias(fields.body().path("logit_bias"), vocabulary));
    }

    /** The engine takes 31 bits; -1 is a random one. */
    private static int seed(long asked) {
        return asked == -1 ? -1 : (int) ((asked ^ (asked >>> 32)) & Integer.MAX_VALUE);
    }

    private static boolean streamUsage(Fields fields) throws ApiError {
        JsonNode options = fields.body().path("stream_options");
        if (fields.has("stream_options") && !options.isObject()) {
            throw ApiError.invalid("stream_options", "must be an object");
        }
        JsonNode usage = options.path("include_usage");
        if (!usage.isMissingNode() && !usage.isNull() && !usage.isBoolean()) {
            throw ApiError.invalid("stream_options.include_usage", "must be true or false");
        }
        return usage.asBoolean(false);
    }

    private static List<Engine.Message> messages(JsonNode messages) throws ApiError {
        if (!messages.isArray() || messages.isEmpty() || messages.size() > MESSAGES_MAX) {
            throw ApiError.invalid(
                    "messages", "must be an array of 1 to %d messages".formatted(MESSAGES_MAX));
        }
        List<Engine.Message> read = new ArrayList<>();
        for (JsonNode message : messages) {
            String at = "messages[%d]".formatted(read.size());
            String role = message.path("role").asText("");
            if (!List.of("system", "developer", "user", "assistant").contains(role)) {
                throw ApiError.invalid(
                        at + ".role", "must be system, developer, user or assistant");
            }
            read.add(
                    new Engine.Message(
                            role.equals("developer") ? "system" : role,
                            content(message.path("content"), at + ".content")));
        }
        return read;
    }

    private static String content(JsonNode content, String at) throws ApiError {
        if (content.isTextual()) {
            return content.asText();
        }
        if (!content.isArray()) {
            throw ApiError.invalid(at, "must be a text or an array of parts of type text");
        }
        StringBuilder text = new StringBuilder();
        for (JsonNode part : content) {
            if (!part.path("type").asText().equals("text") || !part.path("text").isTextual()) {
                throw ApiError.invalid(at, "may have parts of type text only");
            }
            text.append(part.path("text").asText());
        }
        return text.toString();
    }

    private static String prompt(JsonNode prompt) throws ApiError {
        if (prompt.isTextual()) {
            return prompt.asText();
        }
        if (prompt.isArray() && prompt.size() == 1 && prompt.get(0).isTextual()) {
            return prompt.get(0).asText();
        }
        throw ApiError.invalid("prompt", "must be a text");
    }

    private static OptionalInt maxTokens(Fields fields) throws ApiError {
        for (String field : List.of("max_completion_tokens", "max_tokens")) {
            if (fields.has(field)) {
                return OptionalInt.of((int) fields.integer(field, 0, 0, Integer.MAX_VALUE));
            }
        }
        return OptionalInt.empty();
    }

    private static List<String> stop(JsonNode stop) throws ApiError {
        if (stop.isMissingNode() || stop.isNull()) {
            return List.of();
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode text : stop.isArray() ? stop : List.of(stop)) {
            if (!text.isTextual()
                    || text.asText().isEmpty()
                    || text.asText().length() > STOP_MAX_LENGTH) {
                throw ApiError.invalid(
                        "stop",
                        "must be a text or an array of texts, each of 1 to %d characters"
                                .formatted(STOP_MAX_LENGTH));
            }
            texts.add(text.asText());
        }
        if (texts.size() > STOPS_MAX) {
            throw ApiError.invalid("stop", "must have at most %d texts".formatted(STOPS_MAX));
        }
        return texts;
    }

    private static Map<Integer, Double> logitBias(JsonNode bias, int vocabulary) throws ApiError {
        if (bias.isMissingNode() || bias.isNull()) {
            return Map.of();
        }
        if (!bias.isObject() || bias.size() > BIASES_MAX) {
            throw ApiError.invalid(
                    "logit_bias",
                    "must be an object of at most %d token ids".formatted(BIASES_MAX));
        }
        Map<Integer, Double> read = new HashMap<>();
        for (Map.Entry<String, JsonNode> entry : bias.properties()) {
            double by = entry.getValue().asDouble(Double.NaN);
            if (!entry.getValue().isNumber() || !(by >= -BIAS_MAX && by <= BIAS_MAX)) {
                throw ApiError.invalid(
                        "logit_bias",
                        "must have values from -%d to %d".formatted(BIAS_MAX, BIAS_MAX));
            }
            read.put(tokenId(entry.getKey(), vocabulary), by);
        }
        return read;
    }

    private static int tokenId(String text, int vocabulary) throws ApiError {
        try {
            int id = Integer.parseInt(text);
            if (id >= 0 && id < vocabulary) {
                return id;
            }
        } catch (NumberFormatException e) {
            // told below, as an id out of range is
        }
        throw ApiError.invalid(
                "logit_bias", "must have token ids from 0 to %d".formatted(vocabulary - 1));
    }
}
