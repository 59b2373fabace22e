package io.brainmatrix.chronicle.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import io.brainmatrix.chronicle.access.Access;
import io.brainmatrix.chronicle.access.Asked;
import io.brainmatrix.chronicle.access.Caller;
import io.brainmatrix.chronicle.access.Verdict;
import io.brainmatrix.chronicle.entry.EntryJson;
import io.brainmatrix.chronicle.entry.Stored;
import io.brainmatrix.chronicle.store.Filter;
import io.brainmatrix.chronicle.store.Reader;
import io.brainmatrix.chronicle.store.Scope;
import io.brainmatrix.chronicle.store.Scribe;
import io.brainmatrix.chronicle.store.Statistics;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The {@code GET}s that answer at once. */
final class ReadEndpoints {
    static final int PAGE_MAX = 500;
    private static final int PAGE = 100;
    private static final int SKIP_MAX = 10_000;

    /** Characters of one page: a page of long thoughts is shorter. */
    private static final long PAGE_CHARS_MAX = 2 << 20;

    private final Reader reader;
    private final Scribe scribe;
    private final Clock clock;

    ReadEndpoints(Reader reader, Scribe scribe, Clock clock) {
        this.reader = reader;
        this.scribe = scribe;
        this.clock = clock;
    }

    /** What a query of the store may throw. */
    interface Query<T> {
        T read() throws SQLException;
    }

    /** Of whom the caller may read what they ask for. */
    static Scope scope(Verdict verdict) throws ApiError {
        return switch (verdict) {
            case Verdict.Allowed allowed -> allowed.scope();
            case Verdict.Forbidden forbidden -> throw ApiError.forbidden(forbidden.why());
        };
    }

    /** A store that cannot be read is said, and looked at by who writes. */
    <T> T ask(Query<T> query) throws ApiError {
        try {
            return query.read();
        } catch (SQLException e) {
            scribe.report(e);
            throw new ApiError(503, "Faulty", null, "the store cannot be read: " + e.getMessage());
        }
    }

    /** {@code GET /v1/entries}, in order; {@code newest=true} for the newest first. */
    void entries(HttpExchange exchange, Caller caller) throws IOException, ApiError {
        page(exchange, caller, new TreeSet<>(Parameters.FILTER), false);
    }

    /** {@code GET /v1/search?q=}: words and phrases that the text must have. */
    void search(HttpExchange exchange, Caller caller) throws IOException, ApiError {
        Set<String> known = new TreeSet<>(Parameters.FILTER);
        known.add("q");
        page(exchange, caller, known, true);
    }

    private void page(HttpExchange exchange, Caller caller, Set<String> known, boolean search)
            throws IOException, ApiError {
        known.addAll(Set.of("limit", "newest", "prompt"));
        Parameters parameters = Parameters.of(exchange.getRequestURI().getRawQuery(), known);
        Scope scope = scope(Access.read(caller, parameters.asked()));
        if (search && parameters.text("q") == null) {
            throw ApiError.invalid("q", "is missing");
        }
        Filter filter = parameters.filter();
        int limit = (int) parameters.number("limit", PAGE, 1, PAGE_MAX);
        boolean prompts = parameters.flag("prompt");
        List<Stored> found = pageOf(scope, filter, limit, prompts);
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode entries = json.putArray("entries");
        long chars = 0;
        int shown = 0;
        for (Stored one : found) {
            chars += chars(one);
            if (shown > 0 && chars > PAGE_CHARS_MAX) {
                break;
            }
            entries.add(EntryJson.write(one, prompts));
            shown++;
        }
        if (shown > 0 && (found.size() == limit || shown < found.size())) {
            json.put("next", found.get(shown - 1).sequence());
        } else {
            json.putNull("next");
        }
        Exchange.json(exchange, 200, json);
    }

    /** Reads in small portions, so that long entries do not fill the memory. */
    private List<Stored> pageOf(Scope scope, Filter filter, int limit, boolean prompts)
            throws ApiError {
        List<Stored> found = new ArrayList<>();
        Filter rest = filter;
        long chars = 0;
        int portion = prompts ? 4 : 16;
        while (found.size() < limit && chars <= PAGE_CHARS_MAX) {
            Filter now = rest;
            int count = Math.min(portion, limit - found.size());
            List<Stored> some = ask(() -> reader.entries(scope, now, count, prompts));
            found.addAll(some);
            if (some.size() < count) {
                break;
            }
            chars += some.stream().mapToLong(ReadEndpoints::chars).sum();
            long last = some.getLast().sequence();
            rest = filter.newestFirst() ? rest.newestBefore(last) : rest.after(last);
            // Short ones are read in larger portions.
            portion = Math.min(PAGE_MAX, portion * (chars < PAGE_CHARS_MAX / 8 ? 4 : 1));
        }
        return found;
    }

    static long chars(Stored stored) {
        var prompt = stored.entry().prompt();
        return (long) stored.entry().text().length()
                + (prompt == null ? 0 : prompt.text().length());
    }

    /** {@code GET /v1/entries/{sequence}}: one, with its prompt. */
    void entry(HttpExchange exchange, Caller caller) throws IOException, ApiError {
        Parameters parameters =
                Parameters.of(exchange.getRequestURI().getRawQuery(), Set.of("namespace"));
        Scope scope =
                scope(Access.read(caller, new Asked(parameters.text("namespace"), null, null)));
        String path = exchange.getRequestURI().getPath();
        String last = path.substring(path.lastIndexOf('/') + 1);
        if (!last.matches("[0-9]{1,18}")) {
            throw ApiError.invalid("sequence", "must be a whole number");
        }
        Stored found =
                ask(() -> reader.entry(scope, Long.parseLong(last)))
                        .orElseThrow(
                                () ->
                                        new ApiError(
                                                404, "NotFound", null, "there is no such entry"));
        Exchange.json(exchange, 200, EntryJson.write(found, true));
    }

    /** {@code GET /v1/history}: an instance's own past, the newest first, without its place. */
    void history(HttpExchange exchange, Caller caller) throws IOException, ApiError {
        Verdict verdict = Access.history(caller);
        Parameters parameters =
                Parameters.of(exchange.getRequestURI().getRawQuery(), Set.of("limit", "skip"));
        scope(verdict);
        if (!(caller instanceof Caller.Instance own)) {
            throw new IllegalStateException("only an instance has a history");
        }
        int limit = (int) parameters.number("limit", PAGE, 1, PAGE_MAX);
        int skip = (int) parameters.number("skip", 0, 0, SKIP_MAX);
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode entries = json.putArray("entries");
        long chars = 0;
        boolean more = true;
        while (more && entries.size() < limit && chars <= PAGE_CHARS_MAX) {
            int at = skip + entries.size();
            List<Stored> some = ask(() -> reader.history(own.of(), at, 4));
            more = some.size() == 4;
            for (Stored one : some) {
                if (entries.size() < limit && (entries.isEmpty() || chars <= PAGE_CHARS_MAX)) {
                    entries.add(EntryJson.writeOwn(one.entry()));
                    chars += chars(one);
                }
            }
        }
        Exchange.json(exchange, 200, json);
    }

    /** {@code GET /v1/statistics}: counts by instance and kind. */
    void statistics(HttpExchange exchange, Caller caller) throws IOException, ApiError {
        Parameters parameters =
                Parameters.of(
                        exchange.getRequestURI().getRawQuery(),
                        Set.of("namespace", "matrix", "instance"));
        Scope scope = scope(Access.statistics(caller, parameters.asked()));
        Filter filter = parameters.filter();
        List<Statistics> all = ask(() -> reader.statistics(scope, filter, clock.instant()));
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("recentSeconds", Reader.RECENT.toSeconds());
        ArrayNode rows = json.putArray("statistics");
        for (Statistics one : all) {
            rows.addObject()
                    .put("namespace", one.of().namespace())
                    .put("matrix", one.of().matrix())
                    .put("matrixUid", one.of().matrixUid())
                    .put("instance", one.of().instance())
                    .put("kind", one.kind().name())
                    .put("entries", one.entries())
                    .put("bytes", one.bytes())
                    .put("promptTokens", one.promptTokens())
                    .put("completionTokens", one.completionTokens())
                    .put("lastAt", one.lastAt().toString())
                    .put("removedEntries", one.removedEntries())
                    .put("removedBytes", one.removedBytes())
                    .put("recent", one.recent());
        }
        Exchange.json(exchange, 200, json);
    }
}
