package io.brainmatrix.chronicle;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.chronicle.entry.Stored;
import io.brainmatrix.chronicle.store.Filter;
import io.brainmatrix.chronicle.store.Reader;
import io.brainmatrix.chronicle.store.Scope;
import io.brainmatrix.chronicle.store.SqliteDatabase;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGKILL at random moments, again and again: nothing acknowledged is lost, nothing doubled. */
class KilledTest {
    private static final int ROUNDS = Boolean.getBoolean("brainmatrix.full") ? 150 : 6;
    private static final int WRITERS = 12;
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir Path directory;
    private final AtomicInteger port = new AtomicInteger();
    private final Queue<String> refusals = new ConcurrentLinkedQueue<>();

    /** One instance that tells its thoughts in order, and again what was not acknowledged. */
    private final class Writer {
        private final String name;
        private long acknowledged;
        private long tried;

        Writer(String name) {
            this.name = name;
        }

        /** Until the chronicle is gone. */
        void write(Random random) {
            while (true) {
                List<String> entries = new ArrayList<>();
                long last = acknowledged + 1 + random.nextInt(6);
                tried = Math.max(tried, last);
                for (long n = acknowledged + 1; n <= last; n++) {
                    entries.add(Entries.json(1, n, name + " " + n + " '; DROP TABLE entry; --"));
                }
                try {
                    HttpResponse<String> response =
                            HTTP.send(
                                    HttpRequest.newBuilder(
                                                    URI.create(
                                                            "http://127.0.0.1:%d/v1/entries"
                                                                    .formatted(port.get())))
                                            .timeout(Duration.ofSeconds(20))
                                            .header("Authorization", "Bearer " + name)
                                            .POST(
                                                    HttpRequest.BodyPublishers.ofString(
                                                            "{\"entries\":[%s]}"
                                                                    .formatted(
                                                                            String.join(
                                                                                    ",", entries))))
                                            .build(),
                                    HttpResponse.BodyHandlers.ofString());
                    if (response.statusCode() != 200) {
                        refusals.add(response.body());
                        return;
                    }
                    acknowledged = last;
                } catch (IOException e) {
                    return;
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    @Test
    void nothingAcknowledgedIsLostAndNothingIsDoubled() throws Exception {
        Random random = new Random(11);
        List<Writer> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            writers.add(new Writer("i" + i));
        }
        for (int round = 0; round < ROUNDS; round++) {
            TestChronicle.Running running =
                    TestChronicle.start(
                            directory, List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
            port.set(running.port());
            List<Thread> threads = new ArrayList<>();
            for (Writer writer : writers) {
                Random own = new Random(random.nextLong());
                threads.add(Thread.ofVirtual().start(() -> writer.write(own)));
            }
            // The moment of the kill is what is drawn here, not a wait for something.
            assertThat(running.process().waitFor(50 + random.nextInt(500), TimeUnit.MILLISECONDS))
                    .as("it ended by itself")
                    .isFalse();
            running.process().destroyForcibly().waitFor();
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(refusals).isEmpty();
            check(writers);
        }
        assertThat(writers.stream().mapToLong(w -> w.acknowledged).sum())
                .isGreaterThan((long) ROUNDS * WRITERS);
    }

    private void check(List<Writer> writers) throws Exception {
        try (Reader reader = new Reader(new SqliteDatabase(directory.resolve("chronicle.db")))) {
            reader.check();
            for (Writer writer : writers) {
                List<Stored> stored =
                        reader.entries(
                                new Scope.Instances("uid-1", Set.of(writer.name)),
                                Filter.NONE,
                                100_000,
                                true);
                List<Long> numbers =
                        stored.stream().map(s -> s.entry().number()).collect(Collectors.toList());
                assertThat(numbers)
                        .isEqualTo(LongStream.rangeClosed(1, numbers.size()).boxed().toList());
                assertThat((long) numbers.size()).isBetween(writer.acknowledged, writer.tried);
                for (Stored one : stored) {
                    assertThat(one.entry().text())
                            .isEqualTo(
                                    writer.name
                                            + " "
                                            + one.entry().number()
                                            + " '; DROP TABLE entry; --");
                }
            }
        }
    }
}
