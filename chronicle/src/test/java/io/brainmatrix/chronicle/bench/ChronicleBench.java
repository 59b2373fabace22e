package io.brainmatrix.chronicle.bench;

import io.brainmatrix.chronicle.Entries;
import io.brainmatrix.chronicle.TestChronicle;
import io.brainmatrix.chronicle.store.Draft;
import io.brainmatrix.chronicle.store.Retention;
import io.brainmatrix.chronicle.store.Scribe;
import io.brainmatrix.chronicle.store.SqliteDatabase;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** How fast the chronicle stores and tells: {@code bench/chronicle}. */
public final class ChronicleBench {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** What a memory limit of 1280Mi makes it: listeners for a thousand. */
    private static final String FEED_HEAP = "320m";

    /** A thought of some 200 tokens; its prompt is a line. */
    private static final String TEXT = "a thought that goes on for a while; ".repeat(25);

    private ChronicleBench() {}

    /**
     * Runs it.
     *
     * @param arguments a directory, the server's JVM flags as one text, rows (0 leaves storing
     *     out), instances, seconds
     */
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        String flags = arguments[1];
        int rows = Integer.parseInt(arguments[2]);
        if (rows > 0) {
            stores(directory, heap(flags, "64m"), rows);
        }
        feed(
                directory.resolve("feed"),
                heap(flags, FEED_HEAP),
                Integer.parseInt(arguments[3]),
                Integer.parseInt(arguments[4]));
    }

    /** As a limit of four times as much memory makes it. */
    private static List<String> heap(String flags, String heap) {
        return Arrays.stream(flags.split(" "))
                .map(flag -> flag.startsWith("-XX:MaxRAMPercentage=") ? "-Xmx" + heap : flag)
                .toList();
    }

    private static void stores(Path directory, List<String> flags, int rows) throws Exception {
        System.out.println("| What | Rows | Appends/s | p50 ms | p99 ms |");
        System.out.println("|---|---|---|---|---|");
        plain(directory.resolve("plain"), rows);
        for (int writers : new int[] {1, 16, 64}) {
            library(directory.resolve("library" + writers), rows, writers);
        }
        for (int writers : new int[] {1, 64}) {
            overHttp(directory.resolve("http" + writers), flags, rows, writers);
        }
    }

    private static void row(String what, int rows, long nanos, long[] each) {
        Arrays.sort(each);
        System.out.printf(
                Locale.ROOT,
                "| %s | %d | %.0f | %s | %s |%n",
                what,
                rows,
                rows * 1e9 / nanos,
                each.length == 0 ? "" : millis(each[each.length / 2]),
                each.length == 0 ? "" : millis(each[(int) (each.length * 0.99)]));
    }

    private static String millis(long nanos) {
        return String.format(Locale.ROOT, "%.1f", nanos / 1e6);
    }

    /** The command line's tool, a transaction a row, WAL and synchronous=FULL as ours. */
    private static void plain(Path directory, int rows) throws Exception {
        Files.createDirectories(directory);
        StringBuilder sql =
                new StringBuilder(
                        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT);\n");
        for (int i = 0; i < rows; i++) {
            sql.append("INSERT INTO t (text) VALUES ('").append(TEXT).append("');\n");
        }
        Path script = directory.resolve("script.sql");
        Files.writeString(script, sql);
        long began = System.nanoTime();
        int exit =
                new ProcessBuilder("sqlite3", directory.resolve("plain.db").toString())
                        .redirectInput(script.toFile())
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor();
        if (exit != 0) {
            throw new IOException("sqlite3 ended with " + exit);
        }
        row("`sqlite3`, a row a transaction", rows, System.nanoTime() - began, new long[0]);
    }

    private interface Append {
        void one(int writer, int number) throws Exception;
    }

    private static void drive(String what, int rows, int writers, Append append)
            throws InterruptedException {
        ConcurrentLinkedQueue<Long> each = new ConcurrentLinkedQueue<>();
        AtomicInteger failures = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        long began = System.nanoTime();
        for (int w = 0; w < writers; w++) {
            int writer = w;
            threads.add(
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        for (int n = 1; n <= rows / writers; n++) {
                                            long start = System.nanoTime();
                                            try {
                                                append.one(writer, n);
                                            } catch (Exception e) {
                                                failures.incrementAndGet();
                                            }
                                            each.add(System.nanoTime() - start);
                                        }
                                    }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        long took = System.nanoTime() - began;
        row(
                what + (failures.get() == 0 ? "" : ", " + failures + " failed"),
                each.size(),
                took,
                each.stream().mapToLong(Long::longValue).toArray());
    }

    private static void library(Path directory, int rows, int writers) throws Exception {
        Files.createDirectories(directory);
        try (Scribe scribe =
                new Scribe(
                        new SqliteDatabase(directory.resolve("chronicle.db")),
                        Retention.FOREVER,
                        Clock.systemUTC(),
                        () -> {},
                        stored -> {})) {
            scribe.start();
            while (scribe.fault().isPresent()) {
                Thread.onSpinWait();
            }
            drive(
                    "the store, %d at once".formatted(writers),
                    rows,
                    writers,
                    (writer, number) ->
                            scribe.append(
                                            List.of(
                                                    Draft.of(
                                                            Entries.thought(
                                                                    Entries.origin("i" + writer),
                                                                    1,
                                                                    number,
                                                                    TEXT))))
                                    .get());
        }
    }

    /** As the operator, whose answers are not held to whole steps. */
    private static void overHttp(Path directory, List<String> flags, int rows, int writers)
            throws Exception {
        Files.createDirectories(directory);
        TestChronicle.Running server = TestChronicle.start(directory, flags);
        try {
            drive(
                    "over HTTP, %d at once".formatted(writers),
                    rows,
                    writers,
                    (writer, number) -> {
                        String body =
                                """
                                {"entries":[{"kind":"Death","life":1,"number":%d,"at":"2026-01-01T12:00:00Z","text":"%s","namespace":"brains",
                                "matrix":"glass-jar","matrixUid":"uid-1","instance":"i%d","details":{"class":"Killed","podUid":"p"}}]}"""
                                        .formatted(number, TEXT, writer);
                        HttpResponse<String> response =
                                HTTP.send(
                                        post(server.port(), "operator", body),
                                        HttpResponse.BodyHandlers.ofString());
                        if (response.statusCode() != 200) {
                            throw new IOException(response.body());
                        }
                    });
        } finally {
            server.process().destroyForcibly().waitFor();
        }
    }

    private static HttpRequest post(int port, String token, String body) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/v1/entries".formatted(port)))
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", "Bearer " + token)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    /** Instances that think once a second, and each watches two of the others. */
    private static void feed(Path directory, List<String> flags, int instances, int seconds)
            throws Exception {
        Files.createDirectories(directory);
        TestChronicle.Running server = TestChronicle.start(directory, flags);
        ConcurrentLinkedQueue<Long> lags = new ConcurrentLinkedQueue<>();
        AtomicLong told = new AtomicLong();
        AtomicLong failed = new AtomicLong();
        CountDownLatch listening = new CountDownLatch(instances);
        AtomicLong turnedAway = new AtomicLong();
        long until;
        try {
            for (int i = 0; i < instances; i++) {
                String token =
                        "i%d-watches-i%d,i%d"
                                .formatted(i, (i + 1) % instances, (i + 2) % instances);
                Thread.ofVirtual()
                        .start(() -> listen(server.port(), token, listening, turnedAway, lags));
            }
            if (!listening.await(120, TimeUnit.SECONDS)) {
                throw new IOException(
                        "%d do not listen, %d of them were turned away"
                                .formatted(listening.getCount(), turnedAway.get()));
            }
            Random random = new Random(3);
            until = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < instances; i++) {
                String name = "i" + i;
                long phase = random.nextLong(1_000_000_000L);
                threads.add(
                        Thread.ofVirtual()
                                .start(
                                        () ->
                                                think(
                                                        server.port(),
                                                        name,
                                                        phase,
                                                        until,
                                                        told,
                                                        failed)));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            long patience = System.nanoTime() + Duration.ofSeconds(10).toNanos();
            while (lags.size() < 2 * told.get() && System.nanoTime() < patience) {
                Thread.onSpinWait();
            }
            long[] each = lags.stream().mapToLong(Long::longValue).toArray();
            Arrays.sort(each);
            System.out.printf(
                    Locale.ROOT,
                    "%nFeed, heap of %s: %d instances once a second for %d s, two watchers each: %d told, %d failed, %d of %d seen; from sent to seen p50 %s ms, p99 %s ms, most %s ms; server %s, %.2f of a core%n",
                    FEED_HEAP,
                    instances,
                    seconds,
                    told.get(),
                    failed.get(),
                    each.length,
                    2 * told.get(),
                    millis(each[each.length / 2]),
                    millis(each[(int) (each.length * 0.99)]),
                    millis(each[each.length - 1]),
                    rss(server.process().pid()),
                    server.process().info().totalCpuDuration().orElseThrow().toMillis()
                            / 1e3
                            / seconds);
        } finally {
            server.process().destroyForcibly().waitFor();
        }
    }

    private static String rss(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
                .filter(line -> line.startsWith("VmRSS") || line.startsWith("RssAnon"))
                .map(line -> line.replaceAll("\\s+", " "))
                .toList()
                .toString();
    }

    private static void listen(
            int port,
            String token,
            CountDownLatch listening,
            AtomicLong turnedAway,
            ConcurrentLinkedQueue<Long> lags) {
        try {
            HttpResponse<InputStream> response =
                    HTTP.send(
                            HttpRequest.newBuilder(
                                            URI.create(
                                                    "http://127.0.0.1:%d/v1/feed?after=0"
                                                            .formatted(port)))
                                    .header("Authorization", "Bearer " + token)
                                    .build(),
                            HttpResponse.BodyHandlers.ofInputStream());
            if (response.statusCode() != 200) {
                turnedAway.incrementAndGet();
                return;
            }
            try (BufferedReader lines =
                    new BufferedReader(
                            new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
                listening.countDown();
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    int at = line.indexOf("sent:");
                    if (at >= 0) {
                        long sent =
                                Long.parseLong(line.substring(at + 5, line.indexOf(':', at + 5)));
                        lags.add(System.nanoTime() - sent);
                    }
                }
            }
        } catch (IOException e) {
            // the server was ended
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void think(
            int port, String name, long phase, long until, AtomicLong told, AtomicLong failed) {
        long next = System.nanoTime() + phase;
        for (int n = 1; next < until; n++) {
            try {
                TimeUnit.NANOSECONDS.sleep(next - System.nanoTime());
                String text = "sent:%d: %s".formatted(System.nanoTime(), TEXT);
                HttpResponse<String> response =
                        HTTP.send(
                                post(
                                        port,
                                        name,
                                        "{\"entries\":[%s]}".formatted(Entries.json(1, n, text))),
                                HttpResponse.BodyHandlers.ofString());
                (response.statusCode() == 200 ? told : failed).incrementAndGet();
            } catch (IOException e) {
                failed.incrementAndGet();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            next += 1_000_000_000L;
        }
    }
}
