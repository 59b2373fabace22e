package io.brainmatrix.embedded.kubelet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LimitsTest {
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
    private static final Path PROC = Path.of("/proc");
    private static final long MIB = 1 << 20;

    /** No kernel gives it to a process. */
    private static final long NOBODY = 4_999_999;

    @TempDir Path folder;

    private static Limits real(long pid) {
        Limits.Search search = Limits.find(CGROUPS, PROC, pid);
        assumeThat(search)
                .as("needs a machine where memory can be limited: root, or a delegated scope")
                .isInstanceOf(Limits.Search.Found.class);
        return ((Limits.Search.Found) search).limits();
    }

    private static Process in(MemoryGroup group, String... command) throws IOException {
        List<String> words = new ArrayList<>(group.into());
        words.addAll(List.of(command));
        return new ProcessBuilder(words).start();
    }

    @Test
    void theKernelKillsAtTheLimitAndCountsIt() throws Exception {
        try (Limits limits = real(ProcessHandle.current().pid())) {
            MemoryGroup group = limits.make("hog", OptionalLong.of(32 * MIB));
            assertThat(group.limit()).isEqualTo(32 * MIB);

            Process hog = in(group, "tail", "/dev/zero");

            assertThat(hog.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(hog.exitValue()).isEqualTo(137);
            assertThat(group.kills()).isEqualTo(1);
        }
    }

    @Test
    void closingEndsWhatIsLeftAndRemovesAll() throws Exception {
        Limits limits = real(ProcessHandle.current().pid());
        Process sleeper = in(limits.make("a", OptionalLong.empty()), "sleep", "1000");
        limits.close();

        assertThat(sleeper.waitFor(5, TimeUnit.SECONDS)).isTrue();
        assertThat(limits.directory()).doesNotExist();
    }

    @Test
    void whatAKilledProgramLeftGoesAtTheNextStart() throws Exception {
        Limits left = real(NOBODY);
        Process sleeper = in(left.make("a", OptionalLong.empty()), "sleep", "1000");

        real(ProcessHandle.current().pid()).close();

        assertThat(sleeper.waitFor(5, TimeUnit.SECONDS)).isTrue();
        assertThat(left.directory()).doesNotExist();
    }

    private Limits.Search search(String selfCgroup) throws IOException {
        Files.createDirectories(folder.resolve("proc/self"));
        Files.writeString(folder.resolve("proc/self/cgroup"), selfCgroup);
        return Limits.find(folder.resolve("cgroup"), folder.resolve("proc"), 7);
    }

    @Test
    void aMachineWithoutMemoryCgroupsIsToldApart() throws IOException {
        assertThat(search("1:cpu:/\n0::/\n"))
                .isInstanceOfSatisfying(
                        Limits.Search.None.class,
                        none -> assertThat(none.why()).contains("no memory cgroups"));
    }

    @Test
    void whatTheKernelRefusesIsNoLimit() throws IOException {
        // Plain files take any text, but no controller makes the files of a child.
        Files.createDirectories(folder.resolve("cgroup/user.slice/session.scope"));
        Files.writeString(folder.resolve("cgroup/cgroup.controllers"), "memory");
        assertThat(search("0::/user.slice/session.scope\n")).isInstanceOf(Limits.Search.None.class);
    }
}
