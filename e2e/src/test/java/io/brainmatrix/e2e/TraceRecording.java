package io.brainmatrix.e2e;

import io.brainmatrix.quickstart.Chat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Records the node's available memory while real things happen to it, for the tests and the bench
 * of settling: {@code make record-trace} writes {@code edge-memory/src/test/resources/traces}.
 */
@Tag("bench")
@ExtendWith(Installation.class)
class TraceRecording {
    private static final String MATRIX = "trace";
    private static final long TICK_NANOS = 100_000_000L;
    private static final Duration CALM = Duration.ofSeconds(4);
    private static final Path TRACES =
            Cluster.ROOT.resolve("edge-memory/src/test/resources/traces");

    private final Cluster cluster;
    private final World world = new World();

    TraceRecording(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void place() {
        world.place(Models.chain(Models.LARGE_MIB), "trace.gguf");
    }

    @AfterEach
    void remove() {
        world.remove("trace.gguf");
    }

    private static Matrix matrix() {
        return Matrix.on(MATRIX, World.hostPath("trace.gguf"));
    }

    @Test
    void aLoad() throws IOException {
        try (ClusterUser user = new ClusterUser(cluster, "e2e-trace")) {
            Recorder recorder = new Recorder();
            calm();
            user.apply(matrix().instance("name: one, budget: {ram: 700Mi}"));
            user.awaitReady(MATRIX, "one");
            calm();
            recorder.write("load", "an instance of 300 MiB loads", List.of(load(user, "one")));
        }
    }

    @Test
    void aSlowLoad() throws IOException {
        try (ClusterUser user = new ClusterUser(cluster, "e2e-trace")) {
            Recorder recorder = new Recorder();
            calm();
            user.apply(matrix().instance("name: one, budget: {ram: 700Mi, cpu: 150m}"));
            user.awaitReady(MATRIX, "one");
            calm();
            recorder.write(
                    "slow-load",
                    "an instance of 300 MiB loads with 150m of CPU",
                    List.of(load(user, "one")));
        }
    }

    @Test
    void aDeath() throws IOException {
        try (ClusterUser user = new ClusterUser(cluster, "e2e-trace")) {
            user.apply(
                    matrix().spec("recovery: {backoff: [10s]}")
                            .instance("name: one, budget: {ram: 700Mi}"));
            user.awaitReady(MATRIX, "one");
            Recorder recorder = new Recorder();
            calm();
            Instant killed = Instant.now();
            world.kill(user.podOf(MATRIX, "one"));
            calm();
            recorder.write(
                    "death",
                    "an instance of 300 MiB is killed and its memory freed",
                    List.of(new Span("death", killed, killed)));
        }
    }

    @Test
    void busyNeighbours() throws IOException {
        try (ClusterUser user = new ClusterUser(cluster, "e2e-trace")) {
            user.apply(
                    matrix().instance("name: one, budget: {ram: 700Mi}")
                            .instance("name: two, budget: {ram: 700Mi}"));
            user.awaitReady(MATRIX, "one", "two");
            AtomicBoolean done = new AtomicBoolean();
            List<Thread> askers = List.of(asks(user, "one", done), asks(user, "two", done));
            try {
                Recorder recorder = new Recorder();
                calm();
                calm();
                calm();
                recorder.write("busy", "two instances answer without a pause", List.of());
            } finally {
                done.set(true);
                for (Thread asker : askers) {
                    join(asker);
                }
            }
        }
    }

    private Thread asks(ClusterUser user, String instance, AtomicBoolean done) {
        Chat service = user.service(MATRIX, instance);
        return Thread.ofPlatform()
                .name("asks " + instance)
                .start(
                        () -> {
                            while (!done.get()) {
                                service.complete("the quick", 64);
                            }
                        });
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Span load(ClusterUser user, String instance) {
        Load load = Load.of(user, MATRIX, instance);
        return new Span("load", load.from(), load.to());
    }

    private void calm() {
        Await.during(cluster, "time passes", CALM, () -> {});
    }

    /** Something that happened, by the wall clock. */
    private record Span(String what, Instant from, Instant to) {}

    /** Samples until it writes. */
    private static final class Recorder {
        private final Instant began = Instant.now();
        private final long beganNanos = System.nanoTime();
        private final List<String> samples = new CopyOnWriteArrayList<>();
        private final AtomicBoolean done = new AtomicBoolean();
        private final Thread thread =
                Thread.ofPlatform()
                        .name("samples")
                        .start(
                                () -> {
                                    while (!done.get()) {
                                        long millis = (System.nanoTime() - beganNanos) / 1_000_000;
                                        samples.add(millis + " " + World.available());
                                        LockSupport.parkNanos(TICK_NANOS);
                                    }
                                });

        /** Ends, and writes a file of milliseconds and bytes with what happened in its head. */
        void write(String name, String what, List<Span> spans) throws IOException {
            done.set(true);
            join(thread);
            List<String> lines = new ArrayList<>();
            lines.add("# " + what);
            lines.add("# kernel: " + System.getProperty("os.version"));
            lines.add("# command: make record-trace");
            lines.add("# date: " + LocalDate.now(ZoneOffset.UTC));
            for (Span span : spans) {
                lines.add("# %s: %d %d".formatted(span.what(), at(span.from()), at(span.to())));
            }
            lines.addAll(samples);
            Files.createDirectories(TRACES);
            Files.write(TRACES.resolve(name + ".txt"), lines);
        }

        private long at(Instant time) {
            return Duration.between(began, time).toMillis();
        }
    }
}
