package io.brainmatrix.chronicle.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import io.brainmatrix.chronicle.access.Access;
import io.brainmatrix.chronicle.access.Caller;
import io.brainmatrix.chronicle.access.Verdict;
import io.brainmatrix.chronicle.entry.Entry;
import io.brainmatrix.chronicle.entry.EntryJson;
import io.brainmatrix.chronicle.entry.InvalidEntry;
import io.brainmatrix.chronicle.entry.Origin;
import io.brainmatrix.chronicle.store.Draft;
import io.brainmatrix.chronicle.store.Outcome;
import io.brainmatrix.chronicle.store.Refused;
import io.brainmatrix.chronicle.store.Scribe;
import io.brainmatrix.chronicle.telemetry.ChronicleMetrics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/** {@code POST /v1/entries}: a batch, stored as a whole or not at all. */
final class AppendEndpoint {
    static final int BATCH_MAX = 64;
    private static final int STORE_TIMEOUT_SECONDS = 20;

    private final Scribe scribe;
    private final Bodies bodies;
    private final ChronicleMetrics metrics;
    private final LongSupplier nanos;

    AppendEndpoint(Scribe scribe, Bodies bodies, ChronicleMetrics metrics, LongSupplier nanos) {
        this.scribe = scribe;
        this.bodies = bodies;
        this.metrics = metrics;
        this.nanos = nanos;
    }

    void handle(HttpExchange exchange, Caller caller) throws IOException, ApiError {
        Parameters.of(exchange.getRequestURI().getRawQuery(), java.util.Set.of());
        if (Access.append(caller) instanceof Verdict.Forbidden forbidden) {
            throw new ApiError(403, "Forbidden", null, forbidden.why());
        }
        if (caller instanceof Caller.Instance) {
            Answer answer = Pace.answer(nanos, () -> append(exchange, caller));
            Exchange.json(exchange, 200, answer.json());
        } else {
            Exchange.json(exchange, 200, append(exchange, caller).json());
        }
    }

    /** Says nothing but what became of each: no place among others' entries. */
    private record Answer(List<Outcome> outcomes) {
        ObjectNode json() {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            ArrayNode results = json.putArray("results");
            outcomes.forEach(outcome -> results.addObject().put("outcome", outcome.name()));
            return json;
        }
    }

    private Answer append(HttpExchange exchange, Caller caller) throws IOException, ApiError {
        return bodies.use(
                exchange,
                body -> {
                    List<Entry> entries = entries(body, caller);
                    List<Outcome> outcomes =
                            store(scribe, entries.stream().map(Draft::of).toList(), metrics, nanos);
                    return new Answer(outcomes);
                });
    }

    private static List<Entry> entries(JsonNode body, Caller caller) throws ApiError {
        JsonNode given = body.path("entries");
        if (!given.isArray() || body.size() != 1) {
            throw ApiError.invalid("entries", "must be the body's only field, an array");
        }
        if (given.isEmpty() || given.size() > BATCH_MAX) {
            throw ApiError.invalid("entries", "must have 1 to %d entries".formatted(BATCH_MAX));
        }
        Origin own = caller instanceof Caller.Instance instance ? instance.of() : null;
        List<Entry> entries = new ArrayList<>(given.size());
        try {
            for (int i = 0; i < given.size(); i++) {
                Entry entry = EntryJson.read(given.get(i), "entries[%d]".formatted(i), own);
                if (Access.append(caller, entry) instanceof Verdict.Forbidden forbidden) {
                    throw new ApiError(
                            403, "Forbidden", "entries[%d]".formatted(i), forbidden.why());
                }
                entries.add(entry);
            }
        } catch (InvalidEntry e) {
            throw ApiError.of(e);
        }
        return entries;
    }

    /** Stores drafts, and returns when they are on disk. */
    static List<Outcome> store(
            Scribe scribe, List<Draft> drafts, ChronicleMetrics metrics, LongSupplier nanos)
            throws ApiError {
        long began = nanos.getAsLong();
        try {
            List<Outcome> outcomes =
                    scribe.append(drafts).get(STORE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
            metrics.stored((nanos.getAsLong() - began) / 1e9);
            for (int i = 0; i < outcomes.size(); i++) {
                metrics.appended(drafts.get(i).entry().kind(), outcomes.get(i));
            }
            return outcomes;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Refused refused) {
                throw error(refused);
            }
            throw new IllegalStateException("storing failed in a way of its own", e.getCause());
        } catch (TimeoutException e) {
            throw new ApiError(503, "Busy", null, "storing takes too long; it may yet be stored");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ApiError(503, "Busy", null, "the chronicle ends; it may yet be stored");
        }
    }

    private static ApiError error(Refused refused) {
        String field = refused.index() < 0 ? null : "entries[%d]".formatted(refused.index());
        return new ApiError(
                switch (refused.why()) {
                    case Contradiction, OutOfOrder -> 409;
                    case Busy, Faulty -> 503;
                },
                refused.why().name(),
                field,
                String.valueOf(refused.getMessage()));
    }
}
