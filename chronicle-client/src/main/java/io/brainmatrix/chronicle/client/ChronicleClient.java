package io.brainmatrix.chronicle.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Tells the chronicle what it is given, in order and each at least once; the chronicle knows a
 * retry by its key. While the chronicle is away, entries wait in the spool.
 */
public final class ChronicleClient implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ChronicleClient.class.getName());
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** The chronicle takes 64 entries and 2 MiB at once. */
    private static final int BATCH_MAX = 32;

    private static final int BATCH_BYTES_MAX = 1 << 20;
    private static final int LOOK_EVERY_MILLIS = 5_000;

    private final URI entries;
    private final Path token;
    private final Spool spool;
    private final HttpClient http = ChronicleHttp.client();
    private final AtomicLong told = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private final Thread thread;
    private volatile boolean ended;

    /**
     * Begins to tell what the spool has and gets.
     *
     * @param base such as {@code http://brainmatrix-chronicle.brainmatrix-system}
     * @param token file of a projected ServiceAccount token for the audience {@code
     *     brainmatrix-chronicle}; read for each request, as the kubelet renews it
     */
    public ChronicleClient(URI base, Path token, Spool spool) {
        this.entries = base.resolve("/v1/entries");
        this.token = token;
        this.spool = spool;
        this.thread = Thread.ofVirtual().name("chronicle").start(this::run);
    }

    /**
     * Has an entry told, as docs/api/chronicle.md describes it; never waits for the network.
     *
     * @param json one JSON object, in one line
     * @throws IOException when the spool cannot be written
     */
    public void tell(String json) throws IOException {
        if (json.indexOf('\n') >= 0) {
            throw new IllegalArgumentException("an entry must be one line");
        }
        spool.add(json.getBytes(StandardCharsets.UTF_8));
    }

    /** Entries that the chronicle has. */
    public long told() {
        return told.get();
    }

    /** Entries that it will never take: contradictions, out of order, invalid. */
    public long refused() {
        return refused.get();
    }

    /** Times that telling failed and was put off. */
    public long failures() {
        return failures.get();
    }

    private void run() {
        Pauses pauses = new Pauses();
        while (!ended) {
            try {
                Spool.Batch batch = spool.next(BATCH_MAX, BATCH_BYTES_MAX);
                if (batch.lines().isEmpty()) {
                    spool.await(LOOK_EVERY_MILLIS);
                } else if (deliver(batch)) {
                    pauses.beginAnew();
                } else {
                    failures.incrementAndGet();
                    pauses.pause();
                }
            } catch (IOException e) {
                LOG.log(System.Logger.Level.WARNING, "The spool fails: {0}", e.getMessage());
                ended = !slept();
            } catch (InterruptedException e) {
                ended = true;
            }
        }
    }

    private static boolean slept() {
        try {
            Thread.sleep(Pauses.MAX);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    /** Whether to go on at once. */
    private boolean deliver(Spool.Batch batch) throws IOException, InterruptedException {
        return switch (send(batch.lines())) {
            case Stored -> {
                told.addAndGet(batch.lines().size());
                spool.taken(batch);
                yield true;
            }
            case Refused -> {
                if (batch.lines().size() > 1) {
                    yield oneByOne(batch);
                }
                refused.incrementAndGet();
                spool.taken(batch);
                yield true;
            }
            case Later -> false;
        };
    }

    /** Each is at the spool's head when it is sent: the batch shrinks from the front. */
    private boolean oneByOne(Spool.Batch batch) throws IOException, InterruptedException {
        for (byte[] line : batch.lines()) {
            if (!deliver(new Spool.Batch(List.of(line), batch.segment()))) {
                return false;
            }
        }
        return true;
    }

    private Answer send(List<byte[]> lines) throws InterruptedException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes("{\"entries\":[".getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < lines.size(); i++) {
            if (i > 0) {
                body.write(',');
            }
            body.writeBytes(lines.get(i));
        }
        body.writeBytes("]}".getBytes(StandardCharsets.US_ASCII));
        try {
            HttpRequest request =
                    ChronicleHttp.request(entries, token)
                            .timeout(TIMEOUT)
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofByteArray(body.toByteArray()))
                            .build();
            return Answer.of(
                    http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode());
        } catch (IOException e) {
            return Answer.Later;
        }
    }

    /** Ends; what was not told stays in the spool. */
    @Override
    public void close() {
        ended = true;
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        http.close();
    }
}
