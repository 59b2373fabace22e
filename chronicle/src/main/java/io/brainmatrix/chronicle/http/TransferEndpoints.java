package io.brainmatrix.chronicle.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import io.brainmatrix.chronicle.access.Access;
import io.brainmatrix.chronicle.access.Caller;
import io.brainmatrix.chronicle.entry.EntryJson;
import io.brainmatrix.chronicle.entry.InvalidEntry;
import io.brainmatrix.chronicle.entry.Stored;
import io.brainmatrix.chronicle.store.Draft;
import io.brainmatrix.chronicle.store.Filter;
import io.brainmatrix.chronicle.store.Outcome;
import io.brainmatrix.chronicle.store.Reader;
import io.brainmatrix.chronicle.store.Scope;
import io.brainmatrix.chronicle.store.Scribe;
import io.brainmatrix.chronicle.telemetry.ChronicleMetrics;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** {@code GET /v1/export} and {@code POST /v1/import}: JSON lines, of any number. */
final class TransferEndpoints {
    private static final int PORTION = 16;
    private static final int LINE_MAX_BYTES = Bodies.BODY_MAX_BYTES * 2;
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** Each holds a portion in memory. */
    private final Semaphore turns = new Semaphore(2);

    private final Reader reader;
    private final Scribe scribe;
    private final ReadEndpoints store;
    private final ChronicleMetrics metrics;
    private final LongSupplier nanos;
    private final Watchdog watchdog;

    TransferEndpoints(
            Reader reader,
            Scribe scribe,
            ReadEndpoints store,
            ChronicleMetrics metrics,
            LongSupplier nanos,
            Watchdog watchdog) {
        this.reader = reader;
        this.scribe = scribe;
        this.store = store;
        this.metrics = metrics;
        this.nanos = nanos;
        this.watchdog = watchdog;
    }

    private interface Work {
        void run() throws IOException, ApiError;
    }

    private void inTurn(Work work) throws IOException, ApiError {
        if (!turns.tryAcquire()) {
            throw new ApiError(503, "Busy", null, "two exports or imports run already");
        }
        try {
            work.run();
        } finally {
            turns.release();
        }
    }

    void export(HttpExchange exchange, Caller caller) throws IOException, ApiError {
        Parameters parameters =
                Parameters.of(exchange.getRequestURI().getRawQuery(), Parameters.FILTER);
        Scope scope = ReadEndpoints.scope(Access.read(caller, parameters.asked()));
        Filter filter = parameters.filter();
        inTurn(
                () -> {
                    // The first portion before the headers: a store that fails is a status yet.
                    List<Stored> some = portion(scope, filter);
                    exchange.getResponseHeaders().set("Content-Type", "application/jsonl");
                    exchange.getResponseHeaders().set("Cache-Control", "no-store");
                    exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
                    exchange.sendResponseHeaders(200, 0);
                    OutputStream out = exchange.getResponseBody();
                    while (!some.isEmpty()) {
                        try (Watchdog.Turn _ = watchdog.watch()) {
                            for (Stored one : some) {
                                out.write(EntryJson.bytes(EntryJson.write(one, true)));
                                out.write('\n');
                            }
                            out.flush();
                        }
                        some = portion(scope, filter.after(some.getLast().sequence()));
                    }
                });
    }

    private List<Stored> portion(Scope scope, Filter filter) throws ApiError {
        return store.ask(() -> reader.entries(scope, filter, PORTION, true));
    }

    void imports(HttpExchange exchange, Caller caller) throws IOException, ApiError {
        Parameters.of(exchange.getRequestURI().getRawQuery(), Set.of());
        ReadEndpoints.scope(Access.imports(caller));
        inTurn(
                () -> {
                    Map<Outcome, Long> counts = new EnumMap<>(Outcome.class);
                    InputStream in = new BufferedInputStream(exchange.getRequestBody());
                    List<Draft> drafts = new ArrayList<>();
                    long chars = 0;
                    int line = 0;
                    for (byte[] bytes = line(in, 1); bytes != null; bytes = line(in, line + 1)) {
                        line++;
                        if (bytes.length == 0) {
                            continue;
                        }
                        Draft draft = draft(bytes, line);
                        drafts.add(draft);
                        chars += bytes.length;
                        if (drafts.size() == PORTION || chars > LINE_MAX_BYTES) {
                            store(drafts, counts, line);
                            drafts.clear();
                            chars = 0;
                        }
                    }
                    if (!drafts.isEmpty()) {
                        store(drafts, counts, line);
                    }
                    ObjectNode json = JsonNodeFactory.instance.objectNode();
                    for (Outcome outcome : Outcome.values()) {
                        json.put(
                                outcome.name().toLowerCase(java.util.Locale.ROOT),
                                counts.getOrDefault(outcome, 0L));
                    }
                    Exchange.json(exchange, 200, json);
                });
    }

    private static Draft draft(byte[] bytes, int line) throws IOException, ApiError {
        String path = "line[%d]".formatted(line);
        try {
            return Draft.imported(EntryJson.readStored(JSON.readTree(bytes), path));
        } catch (JsonProcessingException e) {
            throw ApiError.invalid(path, "is no JSON: " + e.getOriginalMessage());
        } catch (InvalidEntry e) {
            throw ApiError.of(e);
        }
    }

    private void store(List<Draft> drafts, Map<Outcome, Long> counts, int line) throws ApiError {
        try {
            AppendEndpoint.store(scribe, drafts, metrics, nanos)
                    .forEach(outcome -> counts.merge(outcome, 1L, Long::sum));
        } catch (ApiError e) {
            throw new ApiError(
                    e.status(),
                    e.status() == 409 ? "Contradiction" : "Faulty",
                    "line[%d]".formatted(line),
                    "in the %d lines up to this one: %s; what came before is stored"
                            .formatted(drafts.size(), e.getMessage()));
        }
    }

    private static byte @Nullable [] line(InputStream in, int number) throws IOException, ApiError {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next = in.read();
        if (next < 0) {
            return null;
        }
        while (next >= 0 && next != '\n') {
            line.write(next);
            if (line.size() > LINE_MAX_BYTES) {
                throw ApiError.invalid(
                        "line[%d]".formatted(number),
                        "must have at most %d bytes".formatted(LINE_MAX_BYTES));
            }
            next = in.read();
        }
        return line.toByteArray();
    }
}
