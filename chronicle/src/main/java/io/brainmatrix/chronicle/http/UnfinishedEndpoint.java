package io.brainmatrix.chronicle.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import io.brainmatrix.chronicle.access.Access;
import io.brainmatrix.chronicle.access.Caller;
import io.brainmatrix.chronicle.access.Verdict;
import io.brainmatrix.chronicle.entry.Entry;
import io.brainmatrix.chronicle.entry.EntryJson;
import io.brainmatrix.chronicle.entry.InvalidEntry;
import io.brainmatrix.chronicle.store.Scribe;
import io.brainmatrix.chronicle.telemetry.ChronicleMetrics;
import java.io.IOException;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * {@code PUT /v1/unfinished}: what an instance thinks just now. It waits for no disk and is
 * answered as an append is.
 */
final class UnfinishedEndpoint {
    private final Scribe scribe;
    private final Bodies bodies;
    private final ChronicleMetrics metrics;
    private final LongSupplier nanos;

    UnfinishedEndpoint(Scribe scribe, Bodies bodies, ChronicleMetrics metrics, LongSupplier nanos) {
        this.scribe = scribe;
        this.bodies = bodies;
        this.metrics = metrics;
        this.nanos = nanos;
    }

    void handle(HttpExchange exchange, Caller caller) throws IOException, ApiError {
        Parameters.of(exchange.getRequestURI().getRawQuery(), Set.of());
        if (!(caller instanceof Caller.Instance own)) {
            throw ApiError.forbidden("only an instance thinks");
        }
        Exchange.json(exchange, 202, Pace.answer(nanos, () -> take(exchange, own)));
    }

    private ObjectNode take(HttpExchange exchange, Caller.Instance own)
            throws IOException, ApiError {
        return bodies.use(
                exchange,
                body -> {
                    Entry thought;
                    try {
                        thought = EntryJson.readUnfinished(body, own.of());
                    } catch (InvalidEntry e) {
                        throw ApiError.of(e);
                    }
                    if (Access.append(own, thought) instanceof Verdict.Forbidden forbidden) {
                        throw ApiError.forbidden(forbidden.why());
                    }
                    boolean taken = scribe.tellUnfinished(thought);
                    metrics.unfinished(taken);
                    if (!taken) {
                        throw new ApiError(503, "Busy", null, "not now; nothing is lost by it yet");
                    }
                    return JsonNodeFactory.instance.objectNode();
                });
    }
}
