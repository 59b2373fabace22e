package io.brainmatrix.chronicle.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Follows the chronicle's feed for as long as it lives: each entry in order and at least once,
 * whatever breaks meanwhile. A sink that takes its time holds the feed back and loses nothing.
 */
public final class FeedFollower implements AutoCloseable {
    /** The chronicle says something at least every 15 s. */
    private static final long SILENT_NANOS = TimeUnit.SECONDS.toNanos(50);

    private static final Duration LOOK = Duration.ofSeconds(5);

    private final URI feed;
    private final Path token;
    private final Sink sink;
    private final HttpClient http = ChronicleHttp.client();
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong breaks = new AtomicLong();
    private final AtomicReference<@Nullable InputStream> open = new AtomicReference<>();
    private final Thread reading;
    private final Thread watching;
    private volatile long heardNanos = System.nanoTime();

    /** Whether the sink has what was heard last: then silence is the chronicle's. */
    private volatile boolean listening;

    private volatile boolean ended;

    /** The last that the sink has taken; for the reading thread alone. */
    private long last;

    /**
     * One entry.
     *
     * @param sequence its place among all
     * @param kind such as {@code Thought}
     * @param json the entry without its prompt's text, {@code docs/api/chronicle.md}
     */
    public record Event(long sequence, String kind, String json) {}

    /** Takes entries, one after the other. */
    public interface Sink {
        /** Takes one; may wait for as long as it likes. */
        void take(Event event) throws InterruptedException;
    }

    /**
     * Begins to follow.
     *
     * @param base such as {@code http://brainmatrix-chronicle.brainmatrix-system}
     * @param token file of a projected ServiceAccount token for the audience {@code
     *     brainmatrix-chronicle}; read for each connection
     * @param after the last sequence that was dealt with before; 0 for all that there is
     */
    public FeedFollower(URI base, Path token, long after, Sink sink) {
        this.feed = base.resolve("/v1/feed?after=0");
        this.token = token;
        this.last = after;
        this.sink = sink;
        this.reading = Thread.ofVirtual().name("feed").start(this::run);
        this.watching = Thread.ofVirtual().name("feed-watch").start(this::watch);
    }

    /** Entries that came. */
    public long received() {
        return received.get();
    }

    /** Times that the feed broke off or could not be had, and was asked for again. */
    public long breaks() {
        return breaks.get();
    }

    private void run() {
        Pauses pauses = new Pauses();
        while (!ended) {
            long before = received.get();
            try {
                read();
            } catch (IOException e) {
                // asked for again below, as after an end that was said
            } catch (InterruptedException e) {
                return;
            }
            breaks.incrementAndGet();
            if (received.get() > before) {
                pauses.beginAnew();
            }
            try {
                pauses.pause();
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void read() throws IOException, InterruptedException {
        HttpRequest request =
                ChronicleHttp.request(feed, token)
                        .timeout(Duration.ofSeconds(20)) // until its head is there
                        .header("Last-Event-ID", Long.toString(last))
                        .GET()
                        .build();
        HttpResponse<InputStream> response =
                http.send(request, HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            if (response.statusCode() != ChronicleHttp.OK) {
                return;
            }
            heardNanos = System.nanoTime();
            open.set(body);
            listening = true;
            events(new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8)));
        } finally {
            listening = false;
            open.set(null);
        }
    }

    private void events(BufferedReader lines) throws IOException, InterruptedException {
        long id = last;
        String kind = "";
        String data = "";
        for (String line = lines.readLine(); line != null && !ended; line = lines.readLine()) {
            heardNanos = System.nanoTime();
            if (line.startsWith("id: ")) {
                id = Long.parseLong(line.substring(4));
            } else if (line.startsWith("event: ")) {
                kind = line.substring(7);
            } else if (line.startsWith("data: ")) {
                data = line.substring(6);
            } else if (line.isEmpty() && !data.isEmpty()) {
                listening = false;
                sink.take(new Event(id, kind, data));
                received.incrementAndGet();
                last = id;
                data = "";
                heardNanos = System.nanoTime();
                listening = true;
            }
        }
    }

    /** A connection whose other end is gone without a word would be read from for ever. */
    private void watch() {
        try {
            while (!ended) {
                Thread.sleep(LOOK);
                InputStream present = open.get();
                if (present != null && listening && System.nanoTime() - heardNanos > SILENT_NANOS) {
                    close(present);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void close(InputStream stream) {
        try {
            stream.close();
        } catch (IOException e) {
            // it is gone all the same
        }
    }

    /** Ends; what was not taken is asked for by the next one that begins after the last. */
    @Override
    public void close() {
        ended = true;
        InputStream present = open.get();
        if (present != null) {
            close(present);
        }
        reading.interrupt();
        watching.interrupt();
        http.shutdownNow();
    }
}
