package io.brainmatrix.pod.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;

/** Reading and answering one HTTP exchange. */
final class Exchange {
    static final ObjectMapper JSON = new ObjectMapper();

    /** Some 60,000 tokens. All that are held at once must fit a heap of 48 MiB, as trees too. */
    private static final int BODY_MAX_BYTES = 256 << 10;

    /** A tree may take twenty times its text: few are made at a time. */
    private static final Semaphore PARSING = new Semaphore(2, true);

    private Exchange() {}

    static JsonNode body(HttpExchange exchange) throws IOException, ApiError {
        byte[] bytes = exchange.getRequestBody().readNBytes(BODY_MAX_BYTES + 1);
        if (bytes.length > BODY_MAX_BYTES) {
            throw new ApiError(
                    413,
                    "invalid_request_error",
                    null,
                    "the body must be at most %d bytes".formatted(BODY_MAX_BYTES));
        }
        PARSING.acquireUninterruptibly();
        try {
            JsonNode body = JSON.readTree(bytes);
            return body == null ? JSON.missingNode() : body;
        } catch (JsonProcessingException e) {
            throw new ApiError(
                    400,
                    "invalid_request_error",
                    null,
                    "the body is no JSON: " + e.getOriginalMessage());
        } finally {
            PARSING.release();
        }
    }

    static void answer(HttpExchange exchange, int status, String type, String text)
            throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    static void json(HttpExchange exchange, int status, JsonNode json) throws IOException {
        answer(exchange, status, "application/json", json.toString());
    }

    static void error(HttpExchange exchange, ApiError error) throws IOException {
        if (error.status() == 503 || error.status() == 429) {
            exchange.getResponseHeaders().set("Retry-After", "2");
        }
        json(exchange, error.status(), error.json());
    }
}
