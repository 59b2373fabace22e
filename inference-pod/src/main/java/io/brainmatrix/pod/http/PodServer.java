package io.brainmatrix.pod.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.brainmatrix.pod.engine.Desk;
import io.brainmatrix.pod.lifecycle.Phase;
import io.brainmatrix.pod.memory.Rung;
import io.brainmatrix.pod.telemetry.PodMetrics;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * The pod's HTTP server: one virtual thread a request. It answers before the model is there; then
 * it says so.
 */
public final class PodServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(PodServer.class.getName());
    private static final String MODELS = "/v1/models";

    private final HttpServer server;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final Supplier<Phase> phase;
    private final PodMetrics metrics;
    private final ApiToken token;

    /**
     * What the server tells and asks.
     *
     * @param started done once the model serves or never will
     * @param rung how hard memory is pressed
     * @param status the JSON of {@code GET /status}
     * @param desk absent until the model serves
     * @param model name that the API lists
     * @param contextLength tokens that one request may have, its answer included
     * @param vocabulary how many tokens the model has
     * @param token what {@code /v1} asks for
     * @param connections whether clients are still there
     */
    public record Parts(
            Supplier<Phase> phase,
            CompletableFuture<Void> started,
            Supplier<Rung> rung,
            Supplier<String> status,
            Supplier<Optional<Desk>> desk,
            String model,
            int contextLength,
            IntSupplier vocabulary,
            Clock clock,
            PodMetrics metrics,
            ApiToken token,
            Connections connections) {}

    /**
     * The JDK's server has its bounds from system properties, read once: seconds for a request to
     * come in whole, and bytes and number of its headers. An answer may take as long as it takes.
     */
    private static final Map<String, String> BOUNDS =
            Map.of(
                    "sun.net.httpserver.maxReqTime", "30",
                    "sun.net.httpserver.maxReqHeaderSize", "65536",
                    "sun.net.httpserver.maxReqHeaders", "100",
                    // Or each token waits until the one before has been acknowledged: 40 ms.
                    "sun.net.httpserver.nodelay", "true");

    /** The query by which a probe has its answer the moment that there is one. */
    private static final String WAIT = "waitMillis=";

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

    /** Requests that are held at once, waiting ones included: each may hold its whole body. */
    private static final int IN_FLIGHT_MAX = 64;

    private interface Endpoint {
        void handle(HttpExchange exchange) throws IOException, ApiError;
    }

    private PodServer(HttpServer server, Parts parts) {
        this.server = server;
        this.phase = parts.phase();
        this.metrics = parts.metrics();
        this.token = parts.token();
    }

    /** Starts to listen; port 0 takes any. */
    public static PodServer start(InetSocketAddress listen, Parts parts) throws IOException {
        BOUNDS.forEach(
                (name, value) -> {
                    if (System.getProperty(name) == null) {
                        System.setProperty(name, value);
                    }
                });
        HttpServer http = HttpServer.create(listen, 64);
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
                e -> {
                    await(parts.started(), wait(e));
                    server.health(e, parts.phase().get() == Phase.Serving);
                });
        long created = parts.clock().instant().getEpochSecond();
        server.on(MODELS, "GET", e -> models(e, parts, created));
        server.on(MODELS + "/", "GET", e -> model(e, parts, created));
        server.on("/v1/completions", "POST", e -> server.endpoint(parts, false).handle(e));
        server.on("/v1/chat/completions", "POST", e -> server.endpoint(parts, true).handle(e));
        server.on("/v1", "", e -> notFound(e));
        server.on("/", "", e -> notFound(e));
        http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        http.start();
        return server;
    }

    /** The port that it listens on. */
    public int port() {
        return server.getAddress().getPort();
    }

    /** Requests whose answer is not out yet. */
    public int inFlight() {
        return inFlight.get();
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
                desk,
                new CompletionEndpoint.Model(
                        parts.model(), parts.contextLength(), parts.vocabulary().getAsInt()),
                chat,
                parts);
    }

    private void health(HttpExchange exchange, boolean well) throws IOException {
        Exchange.answer(exchange, well ? 200 : 503, "text/plain", phase.get() + "\n");
    }

    /** How long the client would wait for another answer than "not yet". */
    private static Duration wait(HttpExchange exchange) throws ApiError {
        String query = exchange.getRequestURI().getQuery();
        if (query == null || !query.startsWith(WAIT)) {
            return Duration.ZERO;
        }
        try {
            long millis = Long.parseLong(query.substring(WAIT.length()));
            if (millis >= 0 && millis <= LONGEST_WAIT.toMillis()) {
                return Duration.ofMillis(millis);
            }
        } catch (NumberFormatException _) {
            // Said below.
        }
        throw new ApiError(
                400,
                "invalid_request_error",
                "waitMillis",
                "`waitMillis` is a number from 0 to %d".formatted(LONGEST_WAIT.toMillis()));
    }

    private static void await(CompletableFuture<Void> started, Duration patience) {
        try {
            started.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
            // Not yet.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("nobody fails it", e);
        }
    }

    private static void models(HttpExchange exchange, Parts parts, long created)
            throws IOException {
        ObjectNode json = Exchange.JSON.createObjectNode().put("object", "list");
        json.putArray("data").add(model(parts, created));
        Exchange.json(exchange, 200, json);
    }

    private static void model(HttpExchange exchange, Parts parts, long created)
            throws IOException, ApiError {
        String asked = exchange.getRequestURI().getPath().substring(MODELS.length() + 1);
        if (!asked.equals(parts.model())) {
            throw new ApiError(
                    404,
                    "invalid_request_error",
                    "model",
                    "model_not_found",
                    "the model served here is `%s`".formatted(parts.model()));
        }
        Exchange.json(exchange, 200, model(parts, created));
    }

    private static ObjectNode model(Parts parts, long created) {
        return Exchange.JSON
                .createObjectNode()
                .put("id", parts.model())
                .put("object", "model")
                .put("created", created)
                .put("owned_by", "brainmatrix");
    }

    private static void notFound(HttpExchange exchange) throws ApiError {
        throw new ApiError(
                404,
                "invalid_request_error",
                null,
                "there is no `%s` here".formatted(exchange.getRequestURI().getPath()));
    }

    /**
     * Every way ends with the answer's body closed, or with an exception that the JDK's server
     * sees: an exchange that is closed by itself forgets to answer what was not read, and stays in
     * the server's books for ever.
     */
    private void on(String path, String method, Endpoint endpoint) {
        server.createContext(
                path,
                exchange -> {
                    try {
                        boolean tooMany = inFlight.incrementAndGet() > IN_FLIGHT_MAX;
                        answer(exchange, path, method, tooMany, endpoint);
                        exchange.getResponseBody().close();
                    } finally {
                        inFlight.decrementAndGet();
                    }
                });
    }

    private void answer(
            HttpExchange exchange, String path, String method, boolean tooMany, Endpoint endpoint)
            throws IOException {
        try {
            if (tooMany) {
                throw new ApiError(503, "server_error", null, "too many requests at once");
            }
            if (path.startsWith("/v1")) {
                token.check(exchange);
            }
            admit(exchange, path, method);
            endpoint.handle(exchange);
            metrics.request(path, exchange.getResponseCode());
        } catch (ApiError e) {
            metrics.request(path, e.status());
            Exchange.error(exchange, e);
        } catch (RuntimeException e) {
            unexpected(exchange, path, e);
        }
    }

    /**
     * The JDK's server matches prefixes: an endpoint answers to its own path alone, but for one
     * that ends in a slash.
     */
    private static void admit(HttpExchange exchange, String path, String method) throws ApiError {
        if (method.isEmpty()) {
            return;
        }
        if (!path.endsWith("/") && !exchange.getRequestURI().getPath().equals(path)) {
            notFound(exchange);
        }
        boolean head = method.equals("GET") && exchange.getRequestMethod().equals("HEAD");
        if (!head && !exchange.getRequestMethod().equals(method)) {
            exchange.getResponseHeaders().set("Allow", method);
            throw new ApiError(
                    405,
                    "invalid_request_error",
                    null,
                    "`%s` takes %s only".formatted(path, method));
        }
    }

    /** A fault of ours; its kind is logged, never what was asked. */
    private void unexpected(HttpExchange exchange, String path, RuntimeException fault)
            throws IOException {
        LOG.log(
                System.Logger.Level.ERROR,
                "{0} failed: {1} at {2}",
                path,
                fault.getClass().getName(),
                fault.getStackTrace().length == 0 ? "?" : fault.getStackTrace()[0]);
        metrics.request(path, HttpURLConnection.HTTP_INTERNAL_ERROR);
        if (exchange.getResponseCode() < 0) {
            Exchange.error(exchange, failed());
        }
    }

    /** What a client is told of a fault of ours. */
    static ApiError failed() {
        return new ApiError(
                HttpURLConnection.HTTP_INTERNAL_ERROR,
                "server_error",
                null,
                "the pod failed to answer; its log says where");
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
