package io.brainmatrix.chronicle.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Reads bodies, of which only so much is held at once. */
final class Bodies {
    static final int BODY_MAX_BYTES = 2 << 20;

    /**
     * Of all bodies that are read or waited for now; their trees take two or three times as much.
     */
    private static final int HELD_MAX_KIB = 8 << 10;

    private static final int WAIT_SECONDS = 5;
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final Semaphore heldKib = new Semaphore(HELD_MAX_KIB, true);

    interface Use<T> {
        T with(JsonNode body) throws IOException, ApiError;
    }

    /** Reads the body, and holds room for it until it was used. */
    <T> T use(HttpExchange exchange, Use<T> use) throws IOException, ApiError {
        int kib = kib(exchange);
        try {
            if (!heldKib.tryAcquire(kib, WAIT_SECONDS, TimeUnit.SECONDS)) {
                throw new ApiError(503, "Busy", null, "too many large requests at once");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ApiError(503, "Busy", null, "the chronicle ends");
        }
        try {
            return use.with(read(exchange));
        } finally {
            heldKib.release(kib);
        }
    }

    private static int kib(HttpExchange exchange) throws IOException, ApiError {
        String length = exchange.getRequestHeaders().getFirst("Content-Length");
        long bytes = BODY_MAX_BYTES;
        if (length != null) {
            try {
                bytes = Long.parseLong(length);
            } catch (NumberFormatException e) {
                throw ApiError.invalid("Content-Length", "must be a number");
            }
            if (bytes > BODY_MAX_BYTES) {
                // Read away, within reason: a client that still sends would not see the answer.
                long _ = exchange.getRequestBody().skip(Math.min(bytes, 4L * BODY_MAX_BYTES));
                throw tooLarge();
            }
        }
        return (int) (bytes >> 10) + 1;
    }

    private static JsonNode read(HttpExchange exchange) throws IOException, ApiError {
        byte[] bytes = exchange.getRequestBody().readNBytes(BODY_MAX_BYTES + 1);
        if (bytes.length > BODY_MAX_BYTES) {
            throw tooLarge();
        }
        try {
            JsonNode body = JSON.readTree(bytes);
            return body == null ? JSON.missingNode() : body;
        } catch (JsonProcessingException e) {
            throw new ApiError(
                    400, "Invalid", null, "the body is no JSON: " + e.getOriginalMessage());
        }
    }

    private static ApiError tooLarge() {
        return new ApiError(
                413,
                "TooLarge",
                null,
                "the body must be at most %d bytes".formatted(BODY_MAX_BYTES));
    }
}
