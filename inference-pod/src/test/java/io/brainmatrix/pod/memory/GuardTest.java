package io.brainmatrix.pod.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.brainmatrix.memory.Cgroup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuardTest {
    @TempDir Path root;

    @Test
    void looksOnAfterALookThatFailed() throws Exception {
        Path proc = Files.createDirectories(root.resolve("proc"));
        Files.createDirectories(proc.resolve("self"));
        Files.writeString(proc.resolve("self/cgroup"), "0::/\n");
        Files.writeString(
                proc.resolve("meminfo"), "MemTotal: 100 kB\nMemFree: 40 kB\nMemAvailable: 50 kB\n");
        Path cgroups = Files.createDirectories(root.resolve("cgroup"));
        Files.writeString(cgroups.resolve("cgroup.controllers"), "memory\n");
        Files.writeString(cgroups.resolve("memory.max"), "1048576\n");
        Files.writeString(cgroups.resolve("memory.current"), "4096\n");
        Files.writeString(
                cgroups.resolve("memory.stat"), "anon 4096\nfile 0\nshmem 0\nunevictable 0\n");
        AtomicInteger looks = new AtomicInteger();
        Guard guard =
                new Guard(
                        Cgroup.locate(cgroups, proc).orElseThrow(),
                        proc,
                        () -> true,
                        samples -> {
                            if (looks.incrementAndGet() == 3) {
                                throw new IllegalStateException("one look fails");
                            }
                        });

        guard.start();

        await().until(() -> looks.get() > 5);
        assertThat(guard.samples()).hasSizeGreaterThan(5);
    }
}
