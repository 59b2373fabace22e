package io.brainmatrix.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files are rewritten in place, as the kernel's are made anew at each reading. */
class MemoryWatchTest {
    private static final long MIB = 1 << 20;
    private static final int PAGE = 4096;

    @TempDir Path root;
    private Path proc;
    private Path cgroups;

    @BeforeEach
    void node() throws IOException {
        proc = Files.createDirectories(root.resolve("proc"));
        Files.createDirectories(proc.resolve("self"));
        cgroups = Files.createDirectories(root.resolve("cgroup"));
        available(8000);
    }

    private void available(long mebibytes) throws IOException {
        Files.writeString(
                proc.resolve("meminfo"),
                "MemTotal: 16777216 kB\nMemFree: 1 kB\nMemAvailable:   %d kB\nSwapTotal: 1048576 kB\nSwapFree: 1048576 kB\n"
                        .formatted(mebibytes << 10));
    }

    private Cgroup version1(String stat) throws IOException {
        Files.writeString(proc.resolve("self/cgroup"), "4:memory:/\n");
        Files.createDirectories(cgroups.resolve("memory"));
        Files.writeString(cgroups.resolve("memory/memory.limit_in_bytes"), "1073741824\n");
        Files.writeString(cgroups.resolve("memory/memory.stat"), stat);
        return Cgroup.locate(cgroups, proc).orElseThrow();
    }

    private Cgroup version2(String stat) throws IOException {
        Files.writeString(proc.resolve("self/cgroup"), "0::/\n");
        Files.writeString(cgroups.resolve("memory.stat"), stat);
        return Cgroup.locate(cgroups, proc).orElseThrow();
    }

    @Test
    void seesWhatChangesAndSaysTheSameAsTheCgroup() throws IOException {
        Cgroup cgroup = version2("anon 1048576\nfile 9\nshmem 4096\nunevictable 0\n");
        try (MemoryWatch watch = cgroup.watch(proc)) {
            watch.look();
            assertThat(watch.used()).isEqualTo(MIB + PAGE).isEqualTo(cgroup.used());
            assertThat(watch.available()).isEqualTo(8000 * MIB);

            version2("anon 104857600\nfile 9\nshmem 0\nunevictable 4096\n");
            available(7000);
            watch.look();

            assertThat(watch.used()).isEqualTo(100 * MIB + PAGE).isEqualTo(cgroup.used());
            assertThat(watch.available()).isEqualTo(7000 * MIB);
            assertThat(watch.swapped()).as("nobody counts it").isZero();
        }
    }

    @Test
    void readsVersion1() throws IOException {
        Cgroup cgroup = version1("rss 1\ntotal_rss 1048576\ntotal_shmem 4096\n");
        try (MemoryWatch watch = cgroup.watch(proc)) {
            watch.look();

            assertThat(watch.used()).isEqualTo(MIB + PAGE).isEqualTo(cgroup.used());
        }
    }

    @Test
    void version1sFaultsAreSwapInsWhileSomethingIsSwappedOut() throws IOException {
        Cgroup cgroup = version1("total_rss 1048576\ntotal_swap 0\ntotal_pgmajfault 500\n");
        try (MemoryWatch watch = cgroup.watch(proc)) {
            watch.look();
            version1("total_rss 1048576\ntotal_swap 0\ntotal_pgmajfault 600\n");
            watch.look();
            assertThat(watch.swappedIn()).as("nothing is out").isZero();

            version1("total_rss 1048576\ntotal_swap 8192\ntotal_pgmajfault 610\n");
            watch.look();

            assertThat(watch.swapped()).isEqualTo(2 * PAGE);
            assertThat(watch.swappedIn()).isEqualTo(10 * PAGE);
        }
    }

    @ParameterizedTest
    @CsvSource({"pswpin, 7", "workingset_refault_anon, 7", "pgmajfault, 0"})
    void version2CountsSwapIns(String key, long pages) throws IOException {
        Cgroup cgroup = version2("anon 4096\n" + key + " 7\n");
        Files.writeString(cgroups.resolve("memory.swap.current"), "12288\n");
        try (MemoryWatch watch = cgroup.watch(proc)) {
            watch.look();

            assertThat(watch.swapped()).isEqualTo(3 * PAGE);
            assertThat(watch.swappedIn()).isEqualTo(pages * PAGE);
        }
    }

    @Test
    void makesUpNothingWhereTheKernelSaysNothing() throws IOException {
        try (MemoryWatch watch = version2("file 1\n").watch(proc)) {
            assertThatThrownBy(watch::look)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("anon");
        }
    }

    @Test
    void readsAFileThatIsLargerThanItsBuffer() throws IOException {
        String filler = "another_counter_of_the_kernel 1234567890\n".repeat(1000);
        try (MemoryWatch watch = version2(filler + "anon 4096\n").watch(proc)) {
            watch.look();

            assertThat(watch.used()).isEqualTo(PAGE);
        }
    }

    @Test
    void aLookAllocatesNothing() throws IOException {
        Files.writeString(cgroups.resolve("memory.swap.current"), "12288\n");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (MemoryWatch watch = version2("anon 4096\npswpin 3\n").watch(proc)) {
            for (int i = 0; i < 1000; i++) {
                watch.look();
            }
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 1000; i++) {
                watch.look();
            }
            assertThat(threads.getCurrentThreadAllocatedBytes() - before)
                    .as("bytes of 1,000 looks")
                    .isLessThan(1000);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, false", "max, true", "104857600, true"})
    void version2MaySwapUnlessItIsForbidden(String most, boolean may) throws IOException {
        Cgroup cgroup = version2("anon 1\n");
        Files.writeString(cgroups.resolve("memory.swap.max"), most + "\n");

        assertThat(cgroup.maySwap(MemInfo.read(proc))).isEqualTo(may);
    }

    @ParameterizedTest
    @CsvSource({
        "1073741824, 60, false",
        "2147483648, 60, true",
        "9223372036854771712, 0, true",
        ", 60, true",
        ", 0, false"
    })
    void version1MaySwapUnlessBothLimitsAreOne(String both, int swappiness, boolean may)
            throws IOException {
        Cgroup cgroup = version1("total_rss 1\n");
        Files.writeString(cgroups.resolve("memory/memory.swappiness"), swappiness + "\n");
        if (both != null) {
            Files.writeString(cgroups.resolve("memory/memory.memsw.limit_in_bytes"), both + "\n");
        }

        assertThat(cgroup.maySwap(MemInfo.read(proc))).isEqualTo(may);
    }

    @Test
    void nobodySwapsOnANodeWithoutSwap() throws IOException {
        Cgroup cgroup = version2("anon 1\n");
        Files.writeString(cgroups.resolve("memory.swap.max"), "max\n");

        assertThat(
                        cgroup.maySwap(
                                new MemInfo(
                                        1,
                                        1,
                                        1,
                                        OptionalLong.of(0),
                                        OptionalLong.of(0),
                                        OptionalLong.empty())))
                .isFalse();
        assertThat(
                        cgroup.maySwap(
                                new MemInfo(
                                        1,
                                        1,
                                        1,
                                        OptionalLong.empty(),
                                        OptionalLong.empty(),
                                        OptionalLong.empty())))
                .isFalse();
    }
}
