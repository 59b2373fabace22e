package io.brainmatrix.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The library's functions as NVIDIA declares them, played by a stand-in in this process. */
class NvmlTest {
    private static final long GIB = 1L << 30;

    private final Arena arena = Arena.ofConfined();
    private final NvmlStandIn driver = new NvmlStandIn(arena);

    @BeforeEach
    void twoCards() {
        driver.add("NVIDIA RTX A2000", 6 * GIB, 4 * GIB);
        driver.add("NVIDIA T4", 16 * GIB, GIB);
    }

    @AfterEach
    void close() {
        arena.close();
    }

    @Test
    void readsEachDevicesMemory() {
        assertThat(devices())
                .containsExactly(
                        device("NVIDIA RTX A2000", 6 * GIB, 4 * GIB),
                        device("NVIDIA T4", 16 * GIB, GIB));
    }

    @Test
    void readsAnewEachTime() {
        Nvml nvml = Nvml.open(driver.symbols()).orElseThrow();
        assertThat(nvml.devices().getLast().free()).hasValue(GIB);

        driver.free(1, 3 * GIB);

        assertThat(nvml.devices().getLast().free()).hasValue(3 * GIB);
        assertThat(driver.inits()).isEqualTo(1);
    }

    @Test
    void isAbsentWhereItRefusesToStart() {
        driver.failing("nvmlInit_v2");

        assertThat(Nvml.open(driver.symbols())).isEmpty();
    }

    @Test
    void tellsNoDeviceWhenTheyCannotBeCounted() {
        driver.failing("nvmlDeviceGetCount_v2");

        assertThat(devices()).isEmpty();
    }

    @Test
    void leavesOutADeviceThatIsLost() {
        driver.failing("nvmlDeviceGetHandleByIndex_v2", 0);

        assertThat(devices()).containsExactly(device("NVIDIA T4", 16 * GIB, GIB));
    }

    @Test
    void theMemoryOfADeviceThatDoesNotTellItIsAbsentAndNotZero() {
        driver.failing("nvmlDeviceGetMemoryInfo", 1);

        assertThat(devices())
                .containsExactly(
                        device("NVIDIA RTX A2000", 6 * GIB, 4 * GIB),
                        new Nvml.Device("NVIDIA T4", OptionalLong.empty(), OptionalLong.empty()));
    }

    @Test
    void aDeviceWithoutANameIsStillRead() {
        driver.failing("nvmlDeviceGetName", 0);

        assertThat(devices().getFirst()).isEqualTo(device("unknown", 6 * GIB, 4 * GIB));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nvmlInit_v2",
                "nvmlDeviceGetCount_v2",
                "nvmlDeviceGetHandleByIndex_v2",
                "nvmlDeviceGetName",
                "nvmlDeviceGetMemoryInfo"
            })
    void isAbsentWhereAFunctionIsMissing(String name) {
        SymbolLookup all = driver.symbols();

        assertThat(Nvml.open(f -> f.equals(name) ? Optional.empty() : all.find(f))).isEmpty();
        assertThat(driver.inits()).isZero();
    }

    private List<Nvml.Device> devices() {
        return Nvml.open(driver.symbols()).orElseThrow().devices();
    }

    private static Nvml.Device device(String name, long total, long free) {
        return new Nvml.Device(name, OptionalLong.of(total), OptionalLong.of(free));
    }
}
