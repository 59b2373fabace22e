package io.brainmatrix.chronicle.http;

import com.sun.net.httpserver.HttpExchange;
import io.brainmatrix.chronicle.access.Access;
import io.brainmatrix.chronicle.access.Caller;
import io.brainmatrix.chronicle.access.Callers;
import io.brainmatrix.chronicle.access.Verdict;
import io.brainmatrix.chronicle.entry.EntryJson;
import io.brainmatrix.chronicle.entry.Stored;
import io.brainmatrix.chronicle.feed.Feed;
import io.brainmatrix.chronicle.feed.News;
import io.brainmatrix.chronicle.store.Filter;
import io.brainmatrix.chronicle.store.Reader;
import io.brainmatrix.chronicle.store.Scope;
import io.brainmatrix.chronicle.store.Scribe;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/** {@code GET /v1/feed}: what is stored, as server-sent events whose ids are sequences. */
final class FeedEndpoint {
    private static final int PORTION = 32;
    private static final Duration HEARTBEAT = Duration.ofSeconds(15);

    /** Whoever loses the right to read is shown nothing after so long. */
    private static final Duration ASK_AGAIN = Duration.ofSeconds(30);

    private final Feed feed;
    private final Reader reader;
    private final Scribe scribe;
    private final ReadEndpoints store;
    private final Callers callers;
    private final LongSupplier nanos;
    private final Watchdog watchdog;

    FeedEndpoint(
            Feed feed,
            Reader reader,
            Scribe scribe,
            ReadEndpoints store,
            Callers callers,
            LongSupplier nanos,
            Watchdog watchdog) {
        this.feed = feed;
        this.reader = reader;
        this.scribe = scribe;
        this.store = store;
        this.callers = callers;
        this.nanos = nanos;
        this.watchdog = watchdog;
    }

    void handle(HttpExchange exchange, Caller caller, String token) throws IOException, ApiError {
        Set<String> known =
                new TreeSet<>(Set.of("namespace", "matrix", "instance", "kind", "after"));
        Parameters parameters = Parameters.of(exchange.getRequestURI().getRawQuery(), known);
        Scope scope = ReadEndpoints.scope(Access.read(caller, parameters.asked()));
        Filter filter = parameters.filter();
        long after = after(exchange, parameters);
        Optional<Feed.Listener> listener = feed.listen(caller.name(), scope, filter);
        if (listener.isEmpty()) {
            throw new ApiError(503, "Busy", null, "too many listen at once");
        }
        try (Feed.Listener own = listener.get()) {
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
            exchange.sendResponseHeaders(200, 0);
            Stream stream = new Stream(exchange.getResponseBody());
            stream.comment();
            follow(stream, own, scope, filter, after, parameters, token);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the client listens elsewhere, or takes nothing
        }
    }

    /** Where to go on: behind the last event that was seen, or now. */
    private long after(HttpExchange exchange, Parameters parameters) throws ApiError {
        long last = scribe.lastSequence();
        long asked = parameters.number("after", last, 0, Long.MAX_VALUE - 1);
        String seen = exchange.getRequestHeaders().getFirst("Last-Event-ID");
        if (seen != null) {
            if (!seen.matches("[0-9]{1,18}")) {
                throw ApiError.invalid("Last-Event-ID", "must be a whole number");
            }
            asked = Long.parseLong(seen);
        }
        // Beyond the end: what was seen is not in this store, so all that is in it is new.
        return asked > last ? 0 : asked;
    }

    private void follow(
            Stream stream,
            Feed.Listener listener,
            Scope scope,
            Filter filter,
            long after,
            Parameters parameters,
            String token)
            throws IOException, InterruptedException, ApiError {
        long seen = after;
        long allowedAt = nanos.getAsLong();
        while (!listener.ended()) {
            if (listener.behind()) {
                seen = catchUp(stream, listener, scope, filter, seen);
            }
            Optional<News> news = listener.take(HEARTBEAT.toMillis());
            if (nanos.getAsLong() - allowedAt > ASK_AGAIN.toNanos()) {
                if (!stillAllowed(scope, parameters, token)) {
                    return;
                }
                allowedAt = nanos.getAsLong();
            }
            if (news.isEmpty()) {
                stream.comment();
            } else if (news.get().sequence() > seen) {
                seen = news.get().sequence();
                stream.write(news.get().sent(FeedEndpoint::event));
                feed.written(news.get());
            }
        }
    }

    private long catchUp(
            Stream stream, Feed.Listener listener, Scope scope, Filter filter, long after)
            throws IOException, ApiError {
        long seen = after;
        while (!listener.ended()) {
            Filter rest = filter.after(seen);
            List<Stored> some = store.ask(() -> reader.entries(scope, rest, PORTION, false));
            for (Stored one : some) {
                stream.write(event(one));
                seen = one.sequence();
            }
            if (some.size() < PORTION) {
                return seen;
            }
        }
        return seen;
    }

    private boolean stillAllowed(Scope scope, Parameters parameters, String token) throws ApiError {
        try {
            Optional<Caller> caller = callers.of(token, parameters.asked().namespace());
            return caller.isPresent()
                    && Access.read(caller.get(), parameters.asked())
                            .equals(new Verdict.Allowed(scope));
        } catch (IOException e) {
            return true; // nobody can tell now; asked again
        }
    }

    private static byte[] event(Stored stored) {
        String head =
                "id: %d\nevent: %s\ndata: ".formatted(stored.sequence(), stored.entry().kind());
        byte[] json = EntryJson.bytes(EntryJson.write(stored, false));
        byte[] begin = head.getBytes(StandardCharsets.US_ASCII);
        byte[] event = new byte[begin.length + json.length + 2];
        System.arraycopy(begin, 0, event, 0, begin.length);
        System.arraycopy(json, 0, event, begin.length, json.length);
        event[event.length - 2] = '\n';
        event[event.length - 1] = '\n';
        return event;
    }

    /** Server-sent events; a client that takes nothing for too long is let go. */
    private final class Stream {
        private final OutputStream out;

        Stream(OutputStream out) {
            this.out = out;
        }

        void comment() throws IOException {
            write(":\n\n".getBytes(StandardCharsets.US_ASCII));
        }

        void write(byte[] bytes) throws IOException {
            try (Watchdog.Turn _ = watchdog.watch()) {
                out.write(bytes);
                out.flush();
            }
        }
    }
}
