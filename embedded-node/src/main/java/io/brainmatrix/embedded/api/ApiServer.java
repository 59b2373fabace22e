package io.brainmatrix.embedded.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.zjsonpatch.JsonPatch;
import io.fabric8.zjsonpatch.JsonPatchException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Serves a {@link Store} over HTTP as Kubernetes' API. Watches are streams over HTTP: a client that
 * asks for a WebSocket is answered 200, and Fabric8's then takes the stream.
 */
public final class ApiServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ApiServer.class.getName());
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Store store;
    private final Clock clock;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private ApiServer(Store store, Clock clock, HttpServer server) {
        this.store = store;
        this.clock = clock;
        this.server = server;
    }

    /** Starts to listen; port 0 takes any. */
    public static ApiServer start(Store store, Clock clock, InetSocketAddress listen)
            throws IOException {
        // Otherwise each answer of two packets waits for the client's delayed acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        HttpServer server = HttpServer.create(listen, 64);
        ApiServer api = new ApiServer(store, clock, server);
        server.createContext("/", api::handle);
        server.setExecutor(api.threads);
        server.start();
        return api;
    }

    /** Where it listens. */
    public URI address() {
        InetSocketAddress at = server.getAddress();
        return URI.create("http://%s:%d".formatted(at.getHostString(), at.getPort()));
    }

    /** A kubeconfig that names it. */
    public String kubeconfig() {
        return """
               apiVersion: v1
               kind: Config
               current-context: embedded
               clusters: [{name: embedded, cluster: {server: "%s"}}]
               contexts: [{name: embedded, context: {cluster: embedded, user: embedded, namespace: default}}]
               users: [{name: embedded, user: {}}]
               """
                .formatted(address());
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            try {
                answer(exchange);
            } catch (ApiException e) {
                send(exchange, e.code(), e.status());
            } catch (RuntimeException e) {
                LOG.log(
                        System.Logger.Level.ERROR,
                        "Request failed: " + exchange.getRequestURI(),
                        e);
                throw e;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void answer(HttpExchange exchange) throws IOException, InterruptedException {
        String path = exchange.getRequestURI().getPath().replaceAll("/+$", "");
        if (path.equals("/healthz") || path.equals("/readyz") || path.equals("/livez")) {
            bytes(exchange, 200, "text/plain", "ok".getBytes(StandardCharsets.UTF_8));
            return;
        }
        var document = Discovery.at(path, store.kinds());
        if (document.isPresent()) {
            send(exchange, 200, document.get());
            return;
        }
        Route route = Route.of(path).orElseThrow(() -> ApiException.noSuchPath(path));
        Kind kind =
                store.kind(route.group(), route.version(), route.plural())
                        .orElseThrow(() -> ApiException.noSuchPath(path));
        boolean status = route.subresource().equals("status");
        if (!route.subresource().isEmpty() && !(status && kind.statusSubresource())) {
            throw ApiException.noSuchPath(path);
        }
        Query query = Query.of(exchange.getRequestURI());
        switch (exchange.getRequestMethod()) {
            case "GET" -> read(exchange, kind, route, query);
            case "POST" ->
                    send(exchange, 201, store.create(kind, route.namespace(), body(exchange)));
            case "PUT" ->
                    send(
                            exchange,
                            200,
                            store.replace(
                                    kind, route.namespace(), route.name(), body(exchange), status));
            case "PATCH" -> patch(exchange, kind, route, query, status);
            case "DELETE" -> delete(exchange, kind, route, query);
            default -> throw ApiException.notAllowed(exchange.getRequestMethod());
        }
    }

    private void read(HttpExchange exchange, Kind kind, Route route, Query query)
            throws IOException, InterruptedException {
        if (!route.name().isEmpty()) {
            ObjectNode found =
                    store.get(kind, route.namespace(), route.name())
                            .orElseThrow(() -> ApiException.notFound(kind.plural(), route.name()));
            send(
                    exchange,
                    200,
                    table(exchange)
                            ? Table.of(kind, List.of(found), store.version(), clock.instant())
                            : found);
            return;
        }
        Predicate<JsonNode> selected = query.selector();
        if (query.flag("watch")) {
            // The JDK's client also offers h2c, which means nothing here.
            if ("websocket".equals(exchange.getRequestHeaders().getFirst("Upgrade"))) {
                bytes(exchange, 200, "text/plain", new byte[0]);
                return;
            }
            new Watch(store, kind, route.namespace(), selected, query).stream(exchange);
            return;
        }
        Store.Listing listing = store.list(kind, route.namespace(), selected);
        if (table(exchange)) {
            send(
                    exchange,
                    200,
                    Table.of(kind, listing.items(), listing.version(), clock.instant()));
            return;
        }
        ObjectNode list = JSON.createObjectNode();
        list.put("kind", kind.kind() + "List").put("apiVersion", kind.apiVersion());
        list.putObject("metadata").put("resourceVersion", Long.toString(listing.version()));
        ArrayNode items = list.putArray("items");
        items.addAll(listing.items());
        send(exchange, 200, list);
    }

    private static boolean table(HttpExchange exchange) {
        String accept = exchange.getRequestHeaders().getFirst("Accept");
        return accept != null && accept.contains("as=Table");
    }

    private void patch(HttpExchange exchange, Kind kind, Route route, Query query, boolean status)
            throws IOException {
        String type =
                Objects.requireNonNullElse(
                                exchange.getRequestHeaders().getFirst("Content-Type"), "")
                        .toLowerCase(Locale.ROOT);
        byte[] sent = exchange.getRequestBody().readAllBytes();
        String name = route.name();
        String namespace = route.namespace();
        if (type.startsWith("application/apply-patch")) {
            // YAML by the API's definition; our clients send its subset JSON.
            boolean there = store.get(kind, namespace, name).isPresent();
            ObjectNode applied =
                    store.apply(
                            kind,
                            namespace,
                            name,
                            object(sent),
                            status,
                            query.text("fieldManager", "unknown"),
                            query.flag("force"));
            send(exchange, there ? 200 : 201, applied);
        } else if (type.startsWith("application/merge-patch+json")) {
            JsonNode patch = json(sent);
            send(
                    exchange,
                    200,
                    store.change(kind, namespace, name, status, o -> Merge.merge(o, patch)));
        } else if (type.startsWith("application/json-patch+json")) {
            JsonNode patch = json(sent);
            send(
                    exchange,
                    200,
                    store.change(
                            kind, namespace, name, status, o -> jsonPatch(kind, name, patch, o)));
        } else {
            throw ApiException.mediaType(type);
        }
    }

    private static JsonNode jsonPatch(Kind kind, String name, JsonNode patch, ObjectNode object) {
        try {
            return JsonPatch.apply(patch, object);
        } catch (JsonPatchException e) {
            throw ApiException.invalid(kind.kind(), name, String.valueOf(e.getMessage()));
        }
    }

    private void delete(HttpExchange exchange, Kind kind, Route route, Query query)
            throws IOException {
        byte[] sent = exchange.getRequestBody().readAllBytes();
        JsonNode options = sent.length == 0 ? JSON.createObjectNode() : json(sent);
        String grace = query.text("gracePeriodSeconds", "");
        Deletion how =
                new Deletion(
                        options.path("gracePeriodSeconds").canConvertToLong()
                                ? Long.valueOf(options.path("gracePeriodSeconds").asLong())
                                : grace.isEmpty() ? null : Long.valueOf(grace),
                        text(options.at("/preconditions/uid")),
                        text(options.at("/preconditions/resourceVersion")));
        if (!route.name().isEmpty()) {
            send(exchange, 200, store.delete(kind, route.namespace(), route.name(), how));
            return;
        }
        for (ObjectNode item : store.list(kind, route.namespace(), query.selector()).items()) {
            store.delete(kind, Metadata.namespace(item), Metadata.name(item), how);
        }
        ObjectNode done = JSON.createObjectNode().put("kind", "Status").put("apiVersion", "v1");
        send(exchange, 200, done.put("status", "Success"));
    }

    private static @Nullable String text(JsonNode node) {
        return node.isTextual() ? node.asText() : null;
    }

    private static ObjectNode body(HttpExchange exchange) throws IOException {
        return object(exchange.getRequestBody().readAllBytes());
    }

    private static ObjectNode object(byte[] sent) throws IOException {
        if (json(sent) instanceof ObjectNode object) {
            return object;
        }
        throw ApiException.badRequest("the body is no JSON object");
    }

    private static JsonNode json(byte[] sent) throws IOException {
        try {
            return JSON.readTree(sent);
        } catch (JsonProcessingException e) {
            throw ApiException.badRequest("the body is no JSON: " + e.getOriginalMessage());
        }
    }

    private static void send(HttpExchange exchange, int code, JsonNode body) throws IOException {
        bytes(exchange, code, "application/json", JSON.writeValueAsBytes(body));
    }

    private static void bytes(HttpExchange exchange, int code, String type, byte[] body)
            throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(code, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
