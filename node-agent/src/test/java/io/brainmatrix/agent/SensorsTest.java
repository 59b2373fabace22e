package io.brainmatrix.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.GpuMemory;
import io.brainmatrix.api.v1alpha1.Temperature;
import io.brainmatrix.memory.MemInfo;
import io.brainmatrix.memory.Nvml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node has besides its memory; absent where it has none. */
class SensorsTest {
    @TempDir private Path root = Path.of("");

    private static MemInfo info(OptionalLong nvMapUsed) {
        return new MemInfo(8, 4, 4, OptionalLong.empty(), OptionalLong.empty(), nvMapUsed);
    }

    private void file(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text + "\n");
    }

    private void zone(int number, String type, long temperature, long critical) throws IOException {
        String zone = "sys/class/thermal/thermal_zone" + number + "/";
        file(zone + "type", type);
        file(zone + "temp", Long.toString(temperature));
        if (critical > 0) {
            file(zone + "trip_point_0_type", "critical");
            file(zone + "trip_point_0_temp", Long.toString(critical));
        }
    }

    private Sensors sensors() {
        return Sensors.find(root.resolve("proc"), root.resolve("sys"));
    }

    @Test
    void tellsNothingWhereThereIsNothing() {
        Sensors sensors = sensors();

        assertThat(sensors.unified()).isTrue();
        assertThat(sensors.gpu(info(OptionalLong.empty()))).isNull();
        assertThat(sensors.temperature()).isNull();
        assertThat(Sensors.describe(root, root)).isEqualTo("no Tegra");
    }

    @Test
    void aTegraStopsAt75DegreesInAnyZone() throws IOException {
        file("sys/devices/soc0/family", "Tegra");
        zone(0, "cpu-thermal", 74_000, 104_500);
        zone(1, "gpu-thermal", 75_500, 0);

        assertThat(sensors().temperature())
                .isEqualTo(new Temperature("gpu-thermal", 75_500L, 75_000L))
                .satisfies(t -> assertThat(t.tooHot()).isTrue());
    }

    @Test
    void elsewhereTheZoneNearestToItsOwnLimitIsTold() throws IOException {
        zone(0, "x86_pkg_temp", 80_000, 105_000);
        zone(1, "acpitz", 55_000, 62_000);
        zone(2, "ambient", 90_000, 0);

        assertThat(sensors().temperature())
                .isEqualTo(new Temperature("acpitz", 55_000L, 57_000L))
                .satisfies(t -> assertThat(t.tooHot()).isFalse());
    }

    @Test
    void aZoneWithoutALimitIsShownAndStopsNobody() throws IOException {
        zone(0, "ambient", 90_000, 0);

        assertThat(sensors().temperature())
                .isEqualTo(new Temperature("ambient", 90_000L, null))
                .satisfies(t -> assertThat(t.tooHot()).isFalse());
    }

    @Test
    void aTegrasGpuIsToldByTheKernelOrItsDriver() throws IOException {
        file("sys/devices/soc0/family", "Tegra");
        file("sys/kernel/debug/nvmap/iovmm/clients", "total   12K");

        assertThat(sensors().gpu(info(OptionalLong.of(5))))
                .isEqualTo(new GpuMemory("meminfo", null, 5L));
        assertThat(sensors().gpu(info(OptionalLong.empty())))
                .isEqualTo(new GpuMemory("nvmap", null, 12L << 10));
    }

    @Test
    void aDiscreteGpuWhoseDriverDoesNotAnswerIsAbsentAndNotUnified() throws IOException {
        Sensors silent = discrete();
        Sensors mute = discrete(device(OptionalLong.empty(), OptionalLong.empty()));

        assertThat(silent.unified()).isFalse();
        assertThat(silent.gpu(info(OptionalLong.of(5)))).isNull();
        assertThat(mute.gpu(info(OptionalLong.empty()))).isNull();
    }

    @Test
    void theAccountOfDiscreteGpusIsOfThoseThatTell() throws IOException {
        Sensors sensors =
                discrete(
                        device(OptionalLong.of(8L << 30), OptionalLong.of(6L << 30)),
                        device(OptionalLong.empty(), OptionalLong.empty()),
                        device(OptionalLong.of(4L << 30), OptionalLong.of(1L << 30)));

        assertThat(sensors.gpu(info(OptionalLong.empty())))
                .isEqualTo(new GpuMemory("nvml", 12L << 30, 5L << 30));
    }

    private Sensors discrete(Nvml.Device... devices) throws IOException {
        Files.createDirectories(root.resolve("proc/driver/nvidia/gpus"));
        return Sensors.find(root.resolve("proc"), root.resolve("sys"), () -> List.of(devices));
    }

    private static Nvml.Device device(OptionalLong total, OptionalLong free) {
        return new Nvml.Device("card", total, free);
    }
}
