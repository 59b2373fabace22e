package io.brainmatrix.pod.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.brainmatrix.pod.engine.Desk;
import io.brainmatrix.pod.lifecycle.Phase;
import io.brainmatrix.pod.telemetry.PodMetrics;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * The pod's HTTP server: one virtual thread a request. It answers before the model is there; then
 * it says so.
 */
public final class PodServer implements AutoCloseable {
    private final HttpServer server;
    private final Supplier<Phase> phase;
    private final PodMetrics metrics;

    /**
     * What the server tells and asks.
     *
     * @param status the JSON of {@code GET /status}
     * @param desk absent until the model serves
     * @param model name that the API lists
     */
    public record Parts(
            Supplier<Phase> phase,
            Supplier<String> status,
            Supplier<Optional<Desk>> desk,
            String model,
            int contextLength,
            Clock clock,
            PodMetrics metrics) {}

    private interface Endpoint {
        void handle(HttpExchange exchange) throws IOException, ApiError;
    }

    private PodServer(HttpServer server, Parts parts) {
        this.server = server;
        this.phase = parts.phase();
        this.metrics = parts.metrics();
    }

    /** Starts to listen; port 0 takes any. */
    public static PodServer start(int port, Parts parts) throws IOException {
        HttpServer http = HttpServer.create(new InetSocketAddress(port), 64);
        PodServer server = new PodServer(http, parts);
        server.on(
                "/status",
                "GET",
                e -> Exchange.answer(e, 200, "application/json", parts.status().get()));
        server.on(
                "/metrics",
                "GET",
                e -> Exchange.answer(e, 200, PodMetrics.CONTENT_TYPE, parts.metrics().text()));
        server.on("/health/live", "GET", e -> Exchange.answer(e, 200, "text/plain", "live\n"));
        server.on(
                "/health/ready",
                "GET",
                e -> server.health(e, parts.phase().get() == Phase.Serving));
        server.on(
                "/health/started",
                "GET",
                e -> server.health(e, parts.phase().get() == Phase.Serving));
        server.on("/v1/models", "GET", e -> models(e, parts));
        server.on("/v1/completions", "POST", e -> server.endpoint(parts, false).handle(e));
        server.on("/v1/chat/completions", "POST", e -> server.endpoint(parts, true).handle(e));
        server.on("/", "", e -> notFound(e));
        http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        http.start();
        return server;
    }

    /** The port that it listens on. */
    public int port() {
        return server.getAddress().getPort();
    }

    private CompletionEndpoint endpoint(Parts parts, boolean chat) throws ApiError {
        Desk desk =
                parts.desk()
                        .get()
                        .filter(d -> phase.get() == Phase.Serving)
                        .orElseThrow(
                                () ->
                                        new ApiError(
                                                503,
                                                "server_error",
                                                null,
                                                "the model is not served now: the pod is in phase "
                                                        + phase.get()));
        return new CompletionEndpoint(
                desk, parts.contextLength(), parts.model(), chat, parts.clock(), metrics);
    }

    private void health(HttpExchange exchange, boolean well) throws IOException {
        Exchange.answer(exchange, well ? 200 : 503, "text/plain", phase.get() + "\n");
    }

    private static void models(HttpExchange exchange, Parts parts) throws IOException {
        ObjectNode json = Exchange.JSON.createObjectNode().put("object", "list");
        json.putArray("data")
                .addObject()
                .put("id", parts.model())
                .put("object", "model")
                .put("owned_by", "brainmatrix");
        Exchange.json(exchange, 200, json);
    }

    private static void notFound(HttpExchange exchange) throws ApiError {
        throw new ApiError(
                404,
                "invalid_request_error",
                null,
                "there is no `%s` here".formatted(exchange.getRequestURI().getPath()));
    }

    /** The JDK's server matches prefixes: an endpoint answers to its own path alone. */
    private void on(String path, String method, Endpoint endpoint) {
        server.createContext(
                path,
                exchange -> {
                    try (exchange) {
                        if (!method.isEmpty() && !exchange.getRequestURI().getPath().equals(path)) {
                            notFound(exchange);
                        }
                        boolean head =
                                method.equals("GET") && exchange.getRequestMethod().equals("HEAD");
                        if (!method.isEmpty()
                                && !head
                                && !exchange.getRequestMethod().equals(method)) {
                            exchange.getResponseHeaders().set("Allow", method);
                            throw new ApiError(
                                    405,
                                    "invalid_request_error",
                                    null,
                                    "`%s` takes %s only".formatted(path, method));
                        }
                        endpoint.handle(exchange);
                        metrics.request(path, exchange.getResponseCode());
                    } catch (ApiError e) {
                        metrics.request(path, e.status());
                        Exchange.error(exchange, e);
                    }
                });
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
