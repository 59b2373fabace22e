package io.brainmatrix.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;

/** The cgroup is found in a container and outside, in both versions. */
class CgroupTest {
    private static final long MIB = 1 << 20;

    @Test
    void takesTheMountsRootInAContainerOfVersion1() {
        Cgroup cgroup = cgroup("v1-pod");

        assertThat(cgroup.version()).isEqualTo(1);
        assertThat(cgroup.limit()).hasValue(700 * MIB);
        assertThat(cgroup.used()).isEqualTo(2_061_873_152L + 9_097_216L);
    }

    @Test
    void prefersTheJoinedPathOfAPlainProcessOfVersion1() {
        Cgroup cgroup = cgroup("v1-plain");

        assertThat(cgroup.limit()).hasValue(300 * MIB);
        assertThat(cgroup.used()).isEqualTo(MIB + 9_097_216L);
    }

    @Test
    void takesVersion1sHugeValueAsNoLimit() {
        assertThat(cgroup("v1-unlimited").limit()).isEmpty();
    }

    @Test
    void takesTheMountsRootInAContainerOfVersion2() {
        Cgroup cgroup = cgroup("v2-pod");

        assertThat(cgroup.version()).isEqualTo(2);
        assertThat(cgroup.limit()).hasValue(700 * MIB);
        assertThat(cgroup.used()).isEqualTo(101 * MIB + 4096);
    }

    @Test
    void prefersTheJoinedPathOfAPlainProcessOfVersion2() {
        Cgroup cgroup = cgroup("v2-plain");

        assertThat(cgroup.limit()).isEmpty();
        assertThat(cgroup.used()).isEqualTo(101 * MIB + 4096);
    }

    @Test
    void fallsBackToTheRootWhenThePathLeadsOutOfTheNamespace() {
        assertThat(cgroup("v2-outside").limit()).hasValue(700 * MIB);
    }

    @Test
    void findsNothingWhereMemoryHasNoCgroup() {
        assertThat(Cgroup.locate(Nodes.cgroups("no-memory-cgroup"), Nodes.proc("no-memory-cgroup")))
                .isEmpty();
        assertThat(Cgroup.locate(Nodes.cgroups("v2-pod"), Nodes.proc("x86"))).isEmpty();
    }

    @Test
    void makesUpNoUseWhereTheKernelGivesNone() {
        Cgroup cgroup = cgroup("v1-no-figures");

        assertThatThrownBy(cgroup::used)
                .isInstanceOf(UncheckedIOException.class)
                .hasStackTraceContaining("rss");
    }

    @Test
    void tellsWhatWasChargedAtMostAndHowManyWereKilled() {
        assertThat(cgroup("v1-pod").charged()).hasValue(650 * MIB);
        assertThat(cgroup("v1-pod").kills()).hasValue(3);
        assertThat(cgroup("v2-pod").charged()).hasValue(500 * MIB);
        assertThat(cgroup("v2-pod").kills()).as("oom_kill, neither oom nor max").hasValue(2);
    }

    @Test
    void noKillYetIsZeroAndNoCountIsAbsent() {
        assertThat(cgroup("v2-plain").kills()).hasValue(0);
        assertThat(cgroup("v1-plain").kills()).as("a kernel before 4.13").isEmpty();
        assertThat(cgroup("v1-unlimited").kills()).as("no such file").isEmpty();
        assertThat(cgroup("v2-outside").kills()).as("no such file").isEmpty();
    }

    @Test
    void aMostThatTheKernelDoesNotKeepIsAbsent() {
        assertThat(cgroup("v1-plain").charged()).hasValue(250 * MIB);
        assertThat(cgroup("v1-unlimited").charged()).isEmpty();
        assertThat(cgroup("v2-plain").charged()).as("a kernel before 5.19").isEmpty();
    }

    private static Cgroup cgroup(String node) {
        return Cgroup.locate(Nodes.cgroups(node), Nodes.proc(node)).orElseThrow();
    }
}
