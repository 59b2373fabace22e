package io.brainmatrix.embedded.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** One client's watch: a line of JSON for each change of what it selects. */
final class Watch {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A silent stream is told how far it is, and a client that has gone is noticed. */
    private static final long BOOKMARK_MILLIS = 10_000;

    /** As an API server's default. */
    private static final long TIMEOUT_SECONDS = 1800;

    private final Store store;
    private final Kind kind;
    private final String namespace;
    private final Predicate<JsonNode> selected;
    private final Query query;

    Watch(Store store, Kind kind, String namespace, Predicate<JsonNode> selected, Query query) {
        this.store = store;
        this.kind = kind;
        this.namespace = namespace;
        this.selected = selected;
        this.query = query;
    }

    /** Streams until the client goes or its time is over. */
    void stream(HttpExchange exchange) throws IOException, InterruptedException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        out.flush();
        long until =
                System.nanoTime()
                        + TimeUnit.SECONDS.toNanos(query.number("timeoutSeconds", TIMEOUT_SECONDS));
        long at = query.number("resourceVersion", 0);
        if (at == 0) {
            Store.Listing listing = store.list(kind, namespace, selected);
            for (ObjectNode item : listing.items()) {
                line(out, "ADDED", item);
            }
            at = listing.version();
        }
        try {
            while (System.nanoTime() < until) {
                var changes = store.changesAfter(at, BOOKMARK_MILLIS);
                for (Change change : changes) {
                    at = change.version();
                    Optional<ObjectNode> event = event(change);
                    if (event.isPresent()) {
                        write(out, event.get());
                    }
                }
                if (changes.isEmpty()) {
                    bookmark(out, at);
                }
                out.flush();
            }
        } catch (ApiException e) {
            line(out, "ERROR", e.status());
        }
    }

    private Optional<ObjectNode> event(Change change) {
        if (!change.kind().plural().equals(kind.plural())
                || !change.kind().group().equals(kind.group())) {
            return Optional.empty();
        }
        ObjectNode before = change.before();
        ObjectNode after = change.after();
        boolean was = before != null && matches(before);
        boolean is = after != null && matches(after);
        if (after != null && is) {
            return Optional.of(event(was ? "MODIFIED" : "ADDED", after));
        }
        if (before != null && was) {
            ObjectNode last = (after == null ? before : after).deepCopy();
            Metadata.of(last).put("resourceVersion", Long.toString(change.version()));
            return Optional.of(event("DELETED", last));
        }
        return Optional.empty();
    }

    private boolean matches(ObjectNode object) {
        return (namespace.isEmpty() || Metadata.namespace(object).equals(namespace))
                && selected.test(object);
    }

    private void bookmark(OutputStream out, long at) throws IOException {
        if (!query.flag("allowWatchBookmarks")) {
            out.write('\n'); // an empty line: only to notice a client that has gone
            return;
        }
        ObjectNode mark = JSON.createObjectNode();
        mark.put("kind", kind.kind()).put("apiVersion", kind.apiVersion());
        mark.putObject("metadata").put("resourceVersion", Long.toString(at));
        line(out, "BOOKMARK", mark);
    }

    private static ObjectNode event(String type, ObjectNode object) {
        ObjectNode event = JSON.createObjectNode();
        event.put("type", type).set("object", object);
        return event;
    }

    private static void line(OutputStream out, String type, ObjectNode object) throws IOException {
        write(out, event(type, object));
    }

    private static void write(OutputStream out, ObjectNode event) throws IOException {
        out.write(JSON.writeValueAsBytes(event));
        out.write('\n');
    }
}
