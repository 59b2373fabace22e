package io.brainmatrix.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelFilesTest {
    @TempDir Path root;

    private void file(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    @Test
    void meminfoIsInBytesAndWhatIsNotThereIsAbsent() throws IOException {
        file(
                "meminfo",
                "MemTotal: 32 kB\nMemFree: 8 kB\nMemAvailable: 16 kB\nNvMapMemUsed: [N/A]\n");

        MemInfo info = MemInfo.read(root);

        assertThat(info.total()).isEqualTo(32 * 1024);
        assertThat(info.available()).isEqualTo(16 * 1024);
        assertThat(info.swapTotal()).isEmpty();
        assertThat(info.nvMapUsed()).isEmpty();
    }

    @Test
    void meminfoWithoutMemAvailableIsAnErrorThatNamesIt() throws IOException {
        file("meminfo", "MemTotal: 32 kB\nMemFree: 8 kB\n");

        assertThatThrownBy(() -> MemInfo.read(root)).hasMessageContaining("MemAvailable");
    }

    @Test
    void pressureIsAbsentWhereTheKernelHasNone() throws IOException {
        assertThat(Pressure.read(root)).isEmpty();

        file(
                "pressure/memory",
                "some avg10=1.50 avg60=0.00 avg300=0.00 total=1\nfull avg10=0.25 avg60=0.00 avg300=0.00 total=1\n");
        assertThat(Pressure.read(root)).contains(new Pressure(1.5, 0.25));
    }

    @Test
    void zramIsToldFromASwapOnADisk() throws IOException {
        file(
                "swaps",
                "Filename Type Size Used Priority\n/dev/zram0 partition 100 12 5\n/swapfile file 100 3 -2\n");

        assertThat(SwapDevices.read(root)).contains(new SwapDevices(3 * 1024, 12 * 1024));
    }

    @Test
    void noSwapIsAbsentAndNotZero() throws IOException {
        file("swaps", "Filename Type Size Used Priority\n");

        assertThat(SwapDevices.read(root)).isEmpty();
    }

    @Test
    void insideAPodTheMountsRootIsTheContainersOwnCgroup() throws IOException {
        file("proc/self/cgroup", "3:memory:/kubepods/burstable/podx/y\n");
        file("cgroup/memory/memory.limit_in_bytes", "4096\n");
        file("cgroup/memory/memory.stat", "cache 9\ntotal_rss 100\ntotal_shmem 20\n");

        Cgroup cgroup = Cgroup.locate(root.resolve("cgroup"), root.resolve("proc")).orElseThrow();

        assertThat(cgroup.version()).isEqualTo(1);
        assertThat(cgroup.limit()).isEqualTo(OptionalLong.of(4096));
        assertThat(cgroup.used()).isEqualTo(120);
    }

    @Test
    void aPlainProcessHasItsCgroupBelowTheMount() throws IOException {
        file("proc/self/cgroup", "3:memory:/jar\n");
        file("cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
        file("cgroup/memory/jar/memory.limit_in_bytes", "8192\n");

        assertThat(
                        Cgroup.locate(root.resolve("cgroup"), root.resolve("proc"))
                                .orElseThrow()
                                .limit())
                .isEqualTo(OptionalLong.of(8192));
    }

    @Test
    void noLimitIsAbsentInBothVersions() throws IOException {
        file("proc/self/cgroup", "0::/jar\n");
        file("cgroup/jar/memory.stat", "anon 7\nshmem 2\nunevictable 1\n");
        file("cgroup/jar/memory.max", "max\n");

        Cgroup second = Cgroup.locate(root.resolve("cgroup"), root.resolve("proc")).orElseThrow();

        assertThat(second.version()).isEqualTo(2);
        assertThat(second.limit()).isEmpty();
        assertThat(second.used()).isEqualTo(10);
    }
}
