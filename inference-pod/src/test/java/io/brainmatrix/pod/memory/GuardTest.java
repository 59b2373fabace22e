package io.brainmatrix.pod.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.ThreadMXBean;
import io.brainmatrix.memory.Cgroup;
import io.brainmatrix.pod.memory.ServingPolicy.Bounds;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuardTest {
    private static final long MI = 1L << 20;
    private static final Pace OFTEN = new Pace(Long.MAX_VALUE, 0, 1_000_000);

    @TempDir Path root;
    private Path proc;
    private Path cgroups;

    @BeforeEach
    void node() throws Exception {
        proc = Files.createDirectories(root.resolve("proc"));
        Files.createDirectories(proc.resolve("self"));
        Files.writeString(proc.resolve("self/cgroup"), "0::/\n");
        Files.writeString(
                proc.resolve("meminfo"),
                "MemTotal: 9000000 kB\nMemFree: 40 kB\nMemAvailable: 8000000 kB\n");
        cgroups = Files.createDirectories(root.resolve("cgroup"));
        Files.writeString(
                cgroups.resolve("memory.stat"), "anon 4096\nfile 0\nshmem 0\nunevictable 0\n");
    }

    private Guard started(Consumer<Samples> seen) throws Exception {
        Guard guard =
                new Guard(Cgroup.locate(cgroups, proc).orElseThrow(), proc, () -> OFTEN, seen);
        guard.start();
        return guard;
    }

    @Test
    void looksOnAfterALookThatFailed() throws Exception {
        AtomicInteger looks = new AtomicInteger();
        Guard guard =
                started(
                        samples -> {
                            if (looks.incrementAndGet() == 3) {
                                throw new IllegalStateException("one look fails");
                            }
                        });

        await().until(() -> looks.get() > 5);
        assertThat(guard.samples()).hasSizeGreaterThan(5);
        assertThat(guard.peak()).isEqualTo(4096);
    }

    /** What leaves nothing behind is not stopped for a collection that it caused. */
    @Test
    void allocatesNothingInSteadyState() throws Exception {
        Ladder ladder = new Ladder(new Bounds(1000 * MI, 800 * MI, 500 * MI, 0, ""));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        AtomicInteger looks = new AtomicInteger();
        AtomicLong guards = new AtomicLong();
        started(
                samples -> {
                    guards.set(Thread.currentThread().threadId());
                    if (ladder.look(samples, 1).isEmpty()) {
                        looks.incrementAndGet();
                    }
                });
        await().until(() -> looks.get() > 50); // classes and strings of the first looks

        int from = looks.get();
        long before = threads.getThreadAllocatedBytes(guards.get());
        await().until(() -> looks.get() >= from + 200);
        long allocated = threads.getThreadAllocatedBytes(guards.get()) - before;

        assertThat(allocated).as("bytes of 200 looks and more").isLessThan(200);
    }
}
