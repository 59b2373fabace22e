package io.brainmatrix.quickstart;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Asks an instance over its OpenAI-compatible HTTP interface. */
public final class Chat {
    /** A small model on a slow board answers a short question well within this. */
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(5))
                    .build();

    private final URI base;
    private final Optional<String> token;

    /** Speaks to the instance at a base address such as {@code http://127.0.0.1:8080}. */
    public Chat(URI base) {
        this(base, Optional.empty());
    }

    private Chat(URI base, Optional<String> token) {
        this.base = base;
        this.token = token;
    }

    /** The same, showing a bearer token. */
    public Chat with(String bearer) {
        return new Chat(base, Optional.of(bearer));
    }

    /** The text of {@code POST /v1/completions}. */
    public String complete(String prompt, int maxTokens) {
        return text(
                post("/v1/completions", Map.of("prompt", prompt, "max_tokens", maxTokens)),
                "/choices/0/text");
    }

    /** The text of {@code POST /v1/chat/completions}. */
    public String chat(String question, int maxTokens) {
        return text(
                post("/v1/chat/completions", question(question, maxTokens, false)),
                "/choices/0/message/content");
    }

    /** As {@link #complete}, streamed: one part per event, in order. */
    public List<String> completeStreamed(String prompt, int maxTokens) {
        return parts(
                post(
                        "/v1/completions",
                        Map.of("prompt", prompt, "max_tokens", maxTokens, "stream", true)),
                "/choices/0/text");
    }

    /** As {@link #chat}, streamed: one part per event, in order. */
    public List<String> chatStreamed(String question, int maxTokens) {
        return parts(
                post("/v1/chat/completions", question(question, maxTokens, true)),
                "/choices/0/delta/content");
    }

    /** The black box's JSON of {@code GET /status}. */
    public JsonNode status() {
        return json(send(HttpRequest.newBuilder(base.resolve("/status")).GET()));
    }

    /** The body of a GET, whatever it is. */
    public String get(String path) {
        return send(HttpRequest.newBuilder(base.resolve(path)).GET());
    }

    private static Map<String, Object> question(String question, int maxTokens, boolean stream) {
        return Map.of(
                "messages",
                List.of(Map.of("role", "user", "content", question)),
                "max_tokens",
                maxTokens,
                "temperature",
                0,
                "stream",
                stream);
    }

    private String post(String path, Map<String, Object> body) {
        try {
            return send(
                    HttpRequest.newBuilder(base.resolve(path))
                            .header("Content-Type", "application/json")
                            .POST(
                                    HttpRequest.BodyPublishers.ofString(
                                            JSON.writeValueAsString(body))));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a map of strings and numbers is JSON", e);
        }
    }

    private String send(HttpRequest.Builder request) {
        token.ifPresent(bearer -> request.header("Authorization", "Bearer " + bearer));
        HttpRequest built = request.timeout(ANSWER_TIMEOUT).build();
        try {
            HttpResponse<String> response = HTTP.send(built, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IOException(
                        "%s answered %d: %s"
                                .formatted(built.uri(), response.statusCode(), response.body()));
            }
            return response.body();
        } catch (IOException e) {
            throw new UncheckedIOException("asking " + built.uri() + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking " + built.uri(), e);
        }
    }

    private static String text(String body, String pointer) {
        return json(body).at(pointer).asText();
    }

    private static List<String> parts(String body, String pointer) {
        return body.lines()
                .filter(line -> line.startsWith("data:"))
                .map(line -> line.substring("data:".length()).strip())
                .filter(event -> !event.equals("[DONE]"))
                .map(event -> json(event).at(pointer).asText(""))
                .filter(part -> !part.isEmpty())
                .toList();
    }

    private static JsonNode json(String body) {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("not JSON: " + body, e);
        }
    }
}
