package io.brainmatrix.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.brainmatrix.memory.Cgroup;
import io.brainmatrix.memory.MemInfo;
import io.brainmatrix.memory.ProcessMemory;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnMemoryTest {
    private static final Path PROC = Path.of("/proc");
    private static final long MIB = 1 << 20;

    @TempDir Path folder;

    @Test
    void thePodsOwnReadersFindThisProcessAndNothingElse() throws Exception {
        OwnMemory own = new OwnMemory(PROC, folder);
        own.begin(3L << 30);
        Cgroup cgroup = Cgroup.locate(own.cgroups(), own.proc()).orElseThrow();

        assertThat(cgroup.version()).isEqualTo(2);
        assertThat(cgroup.limit()).hasValue(3L << 30);
        assertThat(MemInfo.read(own.proc()).total()).isEqualTo(MemInfo.read(PROC).total());
        assertThat(ProcessMemory.read(own.proc()).threads()).isPositive();
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(
                        () ->
                                assertThat(cgroup.used())
                                        .isCloseTo(
                                                ProcessMemory.read(PROC).anonymous(),
                                                within(8 * MIB)));
        long before = cgroup.used();
        try (Arena arena = Arena.ofConfined()) {
            arena.allocate(128 * MIB).fill((byte) 1);
            await().atMost(Duration.ofSeconds(10)).until(() -> cgroup.used() > before + 100 * MIB);
        }
    }
}
