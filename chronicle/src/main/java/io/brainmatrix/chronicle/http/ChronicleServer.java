package io.brainmatrix.chronicle.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.brainmatrix.chronicle.access.Caller;
import io.brainmatrix.chronicle.access.Callers;
import io.brainmatrix.chronicle.feed.Feed;
import io.brainmatrix.chronicle.store.Fault;
import io.brainmatrix.chronicle.store.Reader;
import io.brainmatrix.chronicle.store.Scribe;
import io.brainmatrix.chronicle.telemetry.ChronicleMetrics;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The chronicle's HTTP server: one virtual thread a request. */
public final class ChronicleServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ChronicleServer.class.getName());

    private static final Duration WRITE_PATIENCE = Duration.ofSeconds(30);
    private static final String BEARER = "Bearer ";

    /** The JDK's server reads its bounds from system properties, once. */
    private static final Map<String, String> BOUNDS =
            Map.of(
                    "sun.net.httpserver.maxReqTime", "60",
                    "sun.net.httpserver.maxReqHeaderSize", "65536",
                    "sun.net.httpserver.maxReqHeaders", "100",
                    "sun.net.httpserver.drainAmount", "2097152",
                    "sun.net.httpserver.nodelay", "true");

    private final HttpServer http;
    private final Callers callers;
    private final ChronicleMetrics metrics;
    private final Watchdog watchdog;
    private final int requestsMax;
    private final AtomicInteger inFlight = new AtomicInteger();

    /** What the server tells and asks. */
    public record Parts(
            Scribe scribe,
            Reader reader,
            Feed feed,
            Callers callers,
            ChronicleMetrics metrics,
            Crowd crowd,
            Clock clock,
            LongSupplier nanos) {}

    private interface Open {
        void handle(HttpExchange exchange) throws IOException, ApiError;
    }

    private interface Shut {
        void handle(HttpExchange exchange, Caller caller, String token)
                throws IOException, ApiError;
    }

    private ChronicleServer(HttpServer http, Parts parts) {
        this.http = http;
        this.callers = parts.callers();
        this.metrics = parts.metrics();
        this.requestsMax = parts.crowd().requests();
        this.watchdog = new Watchdog(WRITE_PATIENCE, parts.nanos());
    }

    /** Starts to listen; port 0 takes any. */
    public static ChronicleServer start(int port, Parts parts) throws IOException {
        BOUNDS.forEach(ChronicleServer::bound);
        bound("jdk.httpserver.maxConnections", Integer.toString(parts.crowd().connections()));
        bound("sun.net.httpserver.maxIdleConnections", Integer.toString(parts.crowd().idle()));
        HttpServer http = HttpServer.create(new InetSocketAddress(port), 1_024);
        ChronicleServer server = new ChronicleServer(http, parts);
        ReadEndpoints reads = new ReadEndpoints(parts.reader(), parts.scribe(), parts.clock());
        Bodies bodies = new Bodies();
        AppendEndpoint append =
                new AppendEndpoint(parts.scribe(), bodies, parts.metrics(), parts.nanos());
        UnfinishedEndpoint unfinished =
                new UnfinishedEndpoint(parts.scribe(), bodies, parts.metrics(), parts.nanos());
        TransferEndpoints transfer =
                new TransferEndpoints(
                        parts.reader(),
                        parts.scribe(),
                        reads,
                        parts.metrics(),
                        parts.nanos(),
                        server.watchdog);
        FeedEndpoint feed =
                new FeedEndpoint(
                        parts.feed(),
                        parts.reader(),
                        parts.scribe(),
                        reads,
                        parts.callers(),
                        parts.nanos(),
                        server.watchdog);
        server.open("/health/live", e -> Exchange.text(e, 200, "text/plain", "live\n"));
        server.open("/health/ready", e -> ready(e, parts.scribe()));
        server.open(
                "/metrics",
                e -> Exchange.text(e, 200, ChronicleMetrics.CONTENT_TYPE, parts.metrics().text()));
        server.shut(
                "/v1/entries",
                (e, caller, token) -> {
                    if (e.getRequestMethod().equals("POST")) {
                        append.handle(e, caller);
                    } else {
                        get(e);
                        reads.entries(e, caller);
                    }
                });
        server.shut("/v1/entries/", (e, caller, token) -> reads.entry(get(e), caller));
        server.shut(
                "/v1/unfinished",
                (e, caller, token) -> unfinished.handle(method(e, "PUT"), caller));
        server.shut("/v1/search", (e, caller, token) -> reads.search(get(e), caller));
        server.shut("/v1/history", (e, caller, token) -> reads.history(get(e), caller));
        server.shut("/v1/statistics", (e, caller, token) -> reads.statistics(get(e), caller));
        server.shut("/v1/feed", (e, caller, token) -> feed.handle(method(e, "GET"), caller, token));
        server.shut("/v1/export", (e, caller, token) -> transfer.export(method(e, "GET"), caller));
        server.shut(
                "/v1/import", (e, caller, token) -> transfer.imports(method(e, "POST"), caller));
        server.shut("/v1", (e, caller, token) -> notFound(e));
        server.open("/", ChronicleServer::notFound);
        http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        http.start();
        return server;
    }

    private static void bound(String name, String value) {
        if (System.getProperty(name) == null) {
            System.setProperty(name, value);
        }
    }

    /** The port that it listens on. */
    public int port() {
        return http.getAddress().getPort();
    }

    /**
     * Ready while it can be read: with a full disk it stays so, and its entries can be read while
     * appends are refused.
     */
    private static void ready(HttpExchange exchange, Scribe scribe) throws IOException {
        Optional<Fault> fault = scribe.fault();
        boolean readable =
                fault.isEmpty()
                        || switch (fault.get().kind()) {
                            case DiskFull, Failed -> true;
                            case Opening, Corrupted, Unreachable -> false;
                        };
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("ready", readable).put("stores", fault.isEmpty());
        fault.ifPresent(
                f ->
                        json.putObject("fault")
                                .put("kind", f.kind().name())
                                .put("message", f.message()));
        Exchange.json(exchange, readable ? 200 : 503, json);
    }

    private static HttpExchange get(HttpExchange exchange) throws ApiError {
        return exchange.getRequestMethod().equals("HEAD") ? exchange : method(exchange, "GET");
    }

    private static HttpExchange method(HttpExchange exchange, String method) throws ApiError {
        if (!exchange.getRequestMethod().equals(method)) {
            exchange.getResponseHeaders().set("Allow", method);
            throw new ApiError(
                    405, "NotAllowed", null, "this path takes %s only".formatted(method));
        }
        return exchange;
    }

    private static void notFound(HttpExchange exchange) throws ApiError {
        throw new ApiError(404, "NotFound", null, "there is no such path");
    }

    private void shut(String path, Shut endpoint) {
        open(
                path,
                exchange -> {
                    String token = token(exchange);
                    String namespace = namespace(exchange);
                    Caller caller;
                    try {
                        caller =
                                callers.of(token, namespace)
                                        .orElseThrow(ChronicleServer::unauthenticated);
                    } catch (IOException e) {
                        throw new ApiError(
                                503, "Unknown", null, "nobody can tell now who this is; try again");
                    }
                    if (caller instanceof Caller.Stranger stranger) {
                        throw ApiError.forbidden(stranger.why());
                    }
                    endpoint.handle(exchange, caller, token);
                });
    }

    private static @Nullable String namespace(HttpExchange exchange) {
        String query = exchange.getRequestURI().getQuery();
        if (query == null) {
            return null;
        }
        for (String part : query.split("&", -1)) {
            if (part.startsWith("namespace=")) {
                return part.substring("namespace=".length());
            }
        }
        return null;
    }

    private static String token(HttpExchange exchange) throws ApiError {
        String header = exchange.getRequestHeaders().getFirst("Authorization");
        if (header == null
                || !header.regionMatches(true, 0, BEARER, 0, BEARER.length())
                || header.length() == BEARER.length()) {
            throw unauthenticated();
        }
        return header.substring(BEARER.length()).strip();
    }

    private static ApiError unauthenticated() {
        return new ApiError(
                401,
                "Unauthenticated",
                null,
                "show a bearer token for the audience brainmatrix-chronicle");
    }

    /** Every way ends with the answer's body closed, or with an exception that the JDK sees. */
    private void open(String path, Open endpoint) {
        boolean listens = path.equals("/v1/feed");
        http.createContext(
                path,
                exchange -> {
                    try {
                        if (!listens && inFlight.incrementAndGet() > requestsMax) {
                            throw new ApiError(503, "Busy", null, "too many requests at once");
                        }
                        if (!path.endsWith("/")
                                && !path.equals("/v1")
                                && !exchange.getRequestURI().getPath().equals(path)) {
                            notFound(exchange);
                        }
                        endpoint.handle(exchange);
                        metrics.request(path, exchange.getResponseCode());
                    } catch (ApiError e) {
                        metrics.request(path, e.status());
                        if (exchange.getResponseCode() < 0) {
                            Exchange.error(exchange, e);
                        } else {
                            throw new IOException("the answer is cut short: " + e.getMessage(), e);
                        }
                    } catch (RuntimeException e) {
                        unexpected(exchange, path, e);
                    } finally {
                        if (!listens) {
                            inFlight.decrementAndGet();
                        }
                    }
                    exchange.getResponseBody().close();
                });
    }

    /** A fault of ours; its kind is logged, never what was told. */
    private void unexpected(HttpExchange exchange, String path, RuntimeException fault)
            throws IOException {
        LOG.log(
                System.Logger.Level.ERROR,
                "{0} failed: {1} at {2}",
                path,
                fault.getClass().getName(),
                fault.getStackTrace().length == 0 ? "?" : fault.getStackTrace()[0]);
        metrics.request(path, 500);
        if (exchange.getResponseCode() < 0) {
            Exchange.error(
                    exchange,
                    new ApiError(500, "Failed", null, "the chronicle failed; its log says where"));
        } else {
            throw new IOException("the answer is cut short", fault);
        }
    }

    @Override
    public void close() {
        http.stop(0);
        watchdog.close();
    }
}
