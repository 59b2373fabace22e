package io.brainmatrix.chronicle.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import io.brainmatrix.chronicle.entry.EntryJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Answering one HTTP exchange. */
final class Exchange {
    private Exchange() {}

    static void answer(HttpExchange exchange, int status, String type, byte[] bytes)
            throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, head || bytes.length == 0 ? -1 : bytes.length);
        if (!head && bytes.length > 0) {
            exchange.getResponseBody().write(bytes);
        }
    }

    static void text(HttpExchange exchange, int status, String type, String text)
            throws IOException {
        answer(exchange, status, type, text.getBytes(StandardCharsets.UTF_8));
    }

    static void json(HttpExchange exchange, int status, JsonNode json) throws IOException {
        answer(exchange, status, "application/json", EntryJson.bytes(json));
    }

    static void error(HttpExchange exchange, ApiError error) throws IOException {
        if (error.status() == 503) {
            exchange.getResponseHeaders().set("Retry-After", "1");
        }
        if (error.status() == 401) {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
        }
        json(exchange, error.status(), error.json());
    }
}
