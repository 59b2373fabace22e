package io.brainmatrix.pod.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.brainmatrix.pod.engine.Engine;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A request for a completion or a chat completion, validated: nothing that native code would abort
 * on gets further.
 *
 * @param maxTokens absent: as many as the context has room for
 */
record CompletionRequest(
        List<Engine.Message> messages,
        String prompt,
        OptionalInt maxTokens,
        Engine.Sampling sampling,
        List<String> stop,
        boolean stream,
        boolean streamUsage) {
    private static final int STOPS_MAX = 4;
    private static final int MESSAGES_MAX = 1024;
    private static final int BIASES_MAX = 1024;
    private static final int BIAS_MAX = 100;

    /**
     * Reads a body.
     *
     * @param chat which of the two APIs it is for
     * @param vocabulary tokens of the model: ids from 0 on
     */
    static CompletionRequest parse(JsonNode body, boolean chat, int vocabulary) throws ApiError {
        if (!body.isObject()) {
            throw new ApiError(
                    400, "invalid_request_error", null, "the body must be a JSON object");
        }
        refuse(body, "n", "must be 1: one answer at a time", body.path("n").asInt(1) != 1);
        refuse(body, "logprobs", "is not offered", body.path("logprobs").asBoolean(false));
        refuse(body, "tools", "is not offered", !body.path("tools").isEmpty());
        refuse(
                body,
                "response_format",
                "must be of type text",
                !body.path("response_format").path("type").asText("text").equals("text"));
        return new CompletionRequest(
                chat ? messages(body.path("messages")) : List.of(),
                chat ? "" : prompt(body.path("prompt")),
                maxTokens(body),
                new Engine.Sampling(
                        number(body, "temperature", 1, 0, 2),
                        number(body, "top_p", 1, 0, 1),
                        (int) number(body, "top_k", 40, 0, 1_000_000),
                        (int) number(body, "seed", -1, -1, Integer.MAX_VALUE),
                        number(body, "frequency_penalty", 0, -2, 2),
                        number(body, "presence_penalty", 0, -2, 2),
                        logitBias(body.path("logit_bias"), vocabulary)),
                stop(body.path("stop")),
                flag(body, "stream"),
                body.path("stream_options").path("include_usage").asBoolean(false));
    }

    private static void refuse(JsonNode body, String field, String message, boolean refused)
            throws ApiError {
        if (body.has(field) && !body.path(field).isNull() && refused) {
            throw ApiError.invalid(field, message);
        }
    }

    private static List<Engine.Message> messages(JsonNode messages) throws ApiError {
        if (!messages.isArray() || messages.isEmpty() || messages.size() > MESSAGES_MAX) {
            throw ApiError.invalid(
                    "messages", "must be an array of 1 to %d messages".formatted(MESSAGES_MAX));
        }
        List<Engine.Message> read = new ArrayList<>();
        for (JsonNode message : messages) {
            String role = message.path("role").asText("");
            if (!List.of("system", "developer", "user", "assistant").contains(role)) {
                throw ApiError.invalid(
                        "messages", "must have the role system, developer, user or assistant");
            }
            read.add(
                    new Engine.Message(
                            role.equals("developer") ? "system" : role,
                            content(message.path("content"))));
        }
        return read;
    }

    private static String content(JsonNode content) throws ApiError {
        if (content.isTextual()) {
            return content.asText();
        }
        StringBuilder text = new StringBuilder();
        for (JsonNode part : content) {
            if (!part.path("type").asText().equals("text") || !part.path("text").isTextual()) {
                throw ApiError.invalid("messages", "may have content parts of type text only");
            }
            text.append(part.path("text").asText());
        }
        if (!content.isArray()) {
            throw ApiError.invalid("messages", "must have a text as content");
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

    private static OptionalInt maxTokens(JsonNode body) throws ApiError {
        for (String field : List.of("max_completion_tokens", "max_tokens")) {
            if (body.has(field) && !body.path(field).isNull()) {
                return OptionalInt.of((int) number(body, field, 1, 0, Integer.MAX_VALUE));
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
            if (!text.isTextual() || text.asText().isEmpty()) {
                throw ApiError.invalid("stop", "must be a text or an array of texts, none empty");
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

    private static boolean flag(JsonNode body, String field) throws ApiError {
        JsonNode value = body.path(field);
        if (!value.isMissingNode() && !value.isNull() && !value.isBoolean()) {
            throw ApiError.invalid(field, "must be true or false");
        }
        return value.asBoolean(false);
    }

    /** NaN and infinities abort the native library: they fail both comparisons. */
    private static double number(
            JsonNode body, String field, double otherwise, double least, double most)
            throws ApiError {
        JsonNode value = body.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return otherwise;
        }
        double number = value.asDouble(Double.NaN);
        if (!value.isNumber() || !(number >= least && number <= most)) {
            throw ApiError.invalid(
                    field, "must be a number from %s to %s".formatted(text(least), text(most)));
        }
        return number;
    }

    private static String text(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : "" + number;
    }
}
