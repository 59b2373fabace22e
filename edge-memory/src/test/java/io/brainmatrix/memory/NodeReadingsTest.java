package io.brainmatrix.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What the kernel says is read in bytes; what it does not say is absent, never 0. */
class NodeReadingsTest {
    private static final long KIB = 1024;

    @Test
    void readsMemoryInBytes() throws IOException {
        assertThat(MemInfo.read(Nodes.proc("x86")))
                .isEqualTo(
                        new MemInfo(
                                24_689_764 * KIB,
                                1_204_312 * KIB,
                                21_047_552 * KIB,
                                OptionalLong.of(2_097_148 * KIB),
                                OptionalLong.of(2_000_000 * KIB),
                                OptionalLong.empty()));
    }

    @Test
    void readsDeviceMemoryWhereTheKernelTellsIt() throws IOException {
        assertThat(MemInfo.read(Nodes.proc("jetson")).nvMapUsed()).hasValue(17_825_792 * KIB);
    }

    @Test
    void takesAFigureThatIsNotAvailableAsAbsent() throws IOException {
        MemInfo info = MemInfo.read(Nodes.proc("jetson-without-figure"));

        assertThat(info.nvMapUsed()).isEmpty();
        assertThat(info.swapTotal()).isEmpty();
        assertThat(info.swapFree()).isEmpty();
    }

    @Test
    void refusesAKernelThatDoesNotTellWhatIsAvailable() {
        assertThatThrownBy(() -> MemInfo.read(Nodes.proc("old-kernel")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("MemAvailable");
    }

    @Test
    void readsPressure() {
        assertThat(Pressure.read(Nodes.proc("x86")))
                .hasValueSatisfying(
                        p -> {
                            assertThat(p.someAvg10()).isEqualTo(1.25, within(1e-9));
                            assertThat(p.fullAvg10()).isEqualTo(0.5, within(1e-9));
                        });
    }

    @Test
    void hasNoPressureWhereItIsAbsentSwitchedOffOrHalf() {
        assertThat(Pressure.read(Nodes.proc("jetson"))).isEmpty();
        assertThat(Pressure.read(Nodes.proc("psi-off"))).isEmpty();
        assertThat(Pressure.read(Nodes.proc("psi-part"))).isEmpty();
    }

    @Test
    void readsSwapCounters() {
        assertThat(SwapCounters.read(Nodes.proc("x86"))).contains(new SwapCounters(17, 4242));
        assertThat(SwapCounters.read(Nodes.proc("old-kernel"))).isEmpty();
        assertThat(SwapCounters.read(Nodes.proc("jetson"))).isEmpty();
    }

    @Test
    void keepsZramApartFromDisks() {
        assertThat(SwapDevices.read(Nodes.proc("jetson")))
                .contains(new SwapDevices(1024 * KIB, 4096 * KIB));
        assertThat(SwapDevices.read(Nodes.proc("x86"))).contains(new SwapDevices(97_148 * KIB, 0));
    }

    @Test
    void hasNoSwapDevicesWhereNoneIsOn() {
        assertThat(SwapDevices.read(Nodes.proc("old-kernel"))).isEmpty();
        assertThat(SwapDevices.read(Nodes.proc("psi-off"))).isEmpty();
    }

    @Test
    void tellsATegraByItsFamily() {
        assertThat(Tegra.isPresent(Nodes.sys("jetson"))).isTrue();
        assertThat(Tegra.isPresent(Nodes.sys("x86"))).isFalse();
    }

    @Test
    void tellsATegrasChipAndRelease() {
        assertThat(Tegra.chip(Nodes.sys("jetson"))).contains("35");
        assertThat(Tegra.release(Nodes.etc("jetson"))).contains("36.4.3");
        assertThat(Tegra.chip(Nodes.sys("x86"))).isEmpty();
        assertThat(Tegra.release(Nodes.etc("x86"))).isEmpty();
    }

    @Test
    void readsWhatTheTegrasDriverHandedOut() {
        assertThat(NvMap.read(Nodes.debug("jetson")))
                .contains(
                        new NvMap(
                                (4_194_304L + 1024 + 312) * KIB,
                                Map.of(2718L, 4_195_328L * KIB, 1201L, 312L * KIB),
                                OptionalLong.of(262_144L * 4096)));
        assertThat(NvMap.read(Nodes.debug("x86"))).isEmpty();
    }

    @Test
    void readsThermalZonesWithTheLowestTripThatHarms() {
        assertThat(ThermalZones.find(Nodes.sys("jetson")).read())
                .containsExactlyInAnyOrder(
                        new ThermalZones.Heat("cpu-thermal", 51_250, OptionalLong.of(99_000)),
                        // No trips; the third zone's sensor is off.
                        new ThermalZones.Heat("tj-thermal", 50_906, OptionalLong.empty()));
        assertThat(ThermalZones.find(Nodes.sys("x86")).read()).isEmpty();
    }

    @Test
    void hasNoNvmlWithoutNvidiasDriver() {
        assertThat(Nvml.open("libno-such-library.so.1")).isEmpty();
        assertThat(Nvml.open("libc.so.6")).as("a library without its functions").isEmpty();
    }

    @Test
    void readsThisProcess() throws IOException {
        assertThat(ProcessMemory.read(Nodes.proc("x86")))
                .isEqualTo(
                        new ProcessMemory(
                                8_900_000 * KIB,
                                434_000 * KIB,
                                445_000 * KIB,
                                406_000 * KIB,
                                28_000 * KIB,
                                1_500 * KIB,
                                21));
    }

    @Test
    void countsTheFilesThatThisProcessHasOpen() throws IOException {
        Path proc = Path.of("/proc");
        long before = ProcessMemory.openFiles(proc);
        try (var _ = Files.newByteChannel(proc.resolve("self/status"));
                var _ = Files.newByteChannel(proc.resolve("meminfo"))) {
            assertThat(ProcessMemory.openFiles(proc)).isEqualTo(before + 2);
        }
        assertThat(ProcessMemory.openFiles(proc)).isEqualTo(before);
    }

    @Test
    void refusesAProcessThatIsNotThere() {
        assertThatThrownBy(() -> ProcessMemory.read(Path.of("/nowhere")))
                .isInstanceOf(IOException.class);
    }
}
