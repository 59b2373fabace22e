package io.brainmatrix.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The readers on a real kernel of the kind that JetPack 6 has: cgroup version 2 alone, pressure
 * stall information, a zram swap. Makes cgroups and swap and takes memory, so it belongs into a
 * small virtual machine: {@code scripts/kernel-tests}.
 */
@Tag("kernel")
class RealKernelTest {
    private static final Path PROC = Path.of("/proc");
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
    private static final long MIB = 1 << 20;
    private static final long LIMIT = 160 * MIB;
    private static final int TAKEN_MIB = 64;

    /** More than the limit, whatever the JVM itself takes. */
    private static final int TOO_MUCH_MIB = 256;

    private final Path cgroup = CGROUPS.resolve("brainmatrix-test");
    private final List<Process> processes = new ArrayList<>();
    private @Nullable String disk;

    @BeforeEach
    void cgroup() throws IOException {
        Files.writeString(CGROUPS.resolve("cgroup.subtree_control"), "+memory");
        Files.createDirectories(cgroup);
        Files.writeString(cgroup.resolve("memory.max"), Long.toString(LIMIT));
    }

    @AfterEach
    void leave() throws Exception {
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
        if (disk != null) {
            run("swapoff", disk);
            run("losetup", "-d", disk);
        }
        Files.delete(cgroup);
    }

    @Test
    void aProcessReadsTheLimitAndTheUseOfItsCgroup() throws Exception {
        long[] read = probe(TAKEN_MIB);

        assertThat(read[0]).as("version").isEqualTo(2);
        assertThat(read[1]).as("limit").isEqualTo(LIMIT);
        assertThat(read[2]).as("use").isBetween(TAKEN_MIB * MIB, LIMIT);
        assertThat(read[3]).as("most charged").isBetween(read[2] - 16 * MIB, LIMIT);
        assertThat(read[4]).as("kills").isZero();
    }

    @Test
    void theKernelsKillsAreCounted() throws Exception {
        Files.writeString(cgroup.resolve("memory.swap.max"), "0");
        Process killed = start(TOO_MUCH_MIB);
        assertThat(killed.waitFor()).isEqualTo(137);

        assertThat(probe(1)[4]).isPositive();
    }

    @Test
    void pressureIsTold() {
        assertThat(Pressure.read(PROC))
                .hasValueSatisfying(
                        p -> {
                            assertThat(p.someAvg10()).isBetween(0.0, 100.0);
                            assertThat(p.fullAvg10()).isBetween(0.0, p.someAvg10());
                        });
    }

    @Test
    void whatGoesToZramIsToldApartFromDisks() throws Exception {
        SwapDevices before = SwapDevices.read(PROC).orElseThrow();
        SwapCounters counted = SwapCounters.read(PROC).orElseThrow();

        swapOut();

        SwapDevices after = SwapDevices.read(PROC).orElseThrow();
        assertThat(after.zramUsed() - before.zramUsed()).isGreaterThan(16 * MIB);
        assertThat(after.diskUsed()).isZero();
        assertThat(SwapCounters.read(PROC).orElseThrow().pagesOut() - counted.pagesOut())
                .isGreaterThan(16 * MIB / 4096);
    }

    @Test
    void whatGoesToADiskIsToldApartFromZram() throws Exception {
        Path file = Files.createTempFile("swap", ".img");
        try {
            Files.write(file, new byte[(int) (96 * MIB)]);
            run("modprobe", "loop");
            disk = run("losetup", "-f", "--show", file.toString()).strip();
            run("mkswap", disk);
            run("swapon", "-p", "100", disk); // before zram
            SwapDevices before = SwapDevices.read(PROC).orElseThrow();

            swapOut();

            SwapDevices after = SwapDevices.read(PROC).orElseThrow();
            assertThat(after.diskUsed() - before.diskUsed()).isGreaterThan(16 * MIB);
            assertThat(after.zramUsed() - before.zramUsed()).isLessThan(16 * MIB);
        } finally {
            Files.delete(file);
        }
    }

    /** Has the kernel swap out memory of a process. */
    private void swapOut() throws Exception {
        probe(TAKEN_MIB);
        Files.writeString(cgroup.resolve("memory.reclaim"), Integer.toString(32 << 20));
    }

    private long[] probe(int mib) throws IOException {
        Process process = start(mib);
        BufferedReader told = process.inputReader(StandardCharsets.UTF_8);
        return Arrays.stream(String.valueOf(told.readLine()).split(" "))
                .mapToLong(Long::parseLong)
                .toArray();
    }

    private Process start(int mib) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        // As scripts/kernel-tests lays them out.
        String classes = "edge-memory/classes:edge-memory/test-classes";
        Process process =
                new ProcessBuilder(
                                "sh",
                                "-c",
                                "echo 0 > %s/cgroup.procs && exec %s -XX:+UseSerialGC -Xint -Xmx16m -cp %s %s %d"
                                        .formatted(
                                                cgroup,
                                                java,
                                                classes,
                                                CgroupProbe.class.getName(),
                                                mib))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        processes.add(process);
        return process;
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(String.join(" ", command) + ": " + told).isZero();
        return told;
    }
}
