package io.brainmatrix.pod.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Server-sent events; the headers go out with the first. */
final class EventStream {
    private final HttpExchange exchange;
    private boolean begun;

    EventStream(HttpExchange exchange) {
        this.exchange = exchange;
    }

    /** Whether headers went out: it is too late for a status then. */
    boolean begun() {
        return begun;
    }

    void event(JsonNode data) throws IOException {
        event(data.toString());
    }

    /** The last event of every stream that came to its end. */
    void done() throws IOException {
        event("[DONE]");
    }

    private void event(String data) throws IOException {
        if (!begun) {
            begun = true;
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.getResponseHeaders().set("Cache-Control", "no-cache");
            exchange.sendResponseHeaders(200, 0);
        }
        OutputStream body = exchange.getResponseBody();
        body.write(("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
        body.flush();
    }
}
