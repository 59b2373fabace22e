package io.brainmatrix.agent;

import io.brainmatrix.api.v1alpha1.GpuMemory;
import io.brainmatrix.api.v1alpha1.Temperature;
import io.brainmatrix.memory.MemInfo;
import io.brainmatrix.memory.NvMap;
import io.brainmatrix.memory.Nvml;
import io.brainmatrix.memory.Tegra;
import io.brainmatrix.memory.ThermalZones;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What this node has besides its memory: found once, read for each snapshot. */
final class Sensors {
    /** On a Tegra nobody is let in from here on; its own throttling begins at about 99 degrees. */
    private static final long TEGRA_STOP = 75_000;

    /** Elsewhere as much below the kernel's own limit. */
    private static final long MARGIN = 5_000;

    private final boolean tegra;
    private final Path debugfs;
    private final boolean unified;
    private final ThermalZones zones;
    private final Supplier<List<Nvml.Device>> devices;

    private Sensors(
            boolean tegra,
            Path debugfs,
            boolean unified,
            ThermalZones zones,
            Supplier<List<Nvml.Device>> devices) {
        this.tegra = tegra;
        this.debugfs = debugfs;
        this.unified = unified;
        this.zones = zones;
        this.devices = devices;
    }

    /** Looks for them below roots such as {@code /proc} and {@code /sys}. */
    static Sensors find(Path proc, Path sys) {
        // On a Tegra the library is there from JetPack 6 on, and tells no memory.
        Optional<Nvml> nvml = discrete(proc, sys) ? Nvml.open() : Optional.empty();
        return find(proc, sys, () -> nvml.map(Nvml::devices).orElse(List.of()));
    }

    /** The same with who tells the memory of discrete GPUs. */
    static Sensors find(Path proc, Path sys, Supplier<List<Nvml.Device>> devices) {
        return new Sensors(
                Tegra.isPresent(sys),
                sys.resolve("kernel/debug"),
                !discrete(proc, sys),
                ThermalZones.find(sys),
                devices);
    }

    private static boolean discrete(Path proc, Path sys) {
        return !Tegra.isPresent(sys) && Files.exists(proc.resolve("driver/nvidia/gpus"));
    }

    /** The machine in words, for the log. */
    static String describe(Path sys, Path etc) {
        return Tegra.isPresent(sys)
                ? "Tegra %s, Linux for Tegra %s"
                        .formatted(
                                Tegra.chip(sys).orElse("of an unknown kind"),
                                Tegra.release(etc).orElse("of an unknown release"))
                : "no Tegra";
    }

    /** Whether CPU and GPU share one pool. */
    boolean unified() {
        return unified;
    }

    /** Memory of the GPU; null where nobody tells it. */
    @Nullable GpuMemory gpu(MemInfo info) {
        if (unified) {
            if (info.nvMapUsed().isPresent()) {
                return new GpuMemory("meminfo", null, info.nvMapUsed().getAsLong());
            }
            return tegra
                    ? NvMap.read(debugfs)
                            .map(driver -> new GpuMemory("nvmap", null, driver.used()))
                            .orElse(null)
                    : null;
        }
        // One that tells nothing gives no room: the others are the account.
        List<Nvml.Device> telling =
                devices.get().stream()
                        .filter(d -> d.total().isPresent() && d.free().isPresent())
                        .toList();
        if (telling.isEmpty()) {
            return null;
        }
        long total = telling.stream().mapToLong(d -> d.total().orElseThrow()).sum();
        long free = telling.stream().mapToLong(d -> d.free().orElseThrow()).sum();
        return new GpuMemory("nvml", total, total - free);
    }

    /** The zone nearest to its stop; the hottest where none has one; null without zones. */
    @Nullable Temperature temperature() {
        return zones.read().stream()
                .max(Comparator.comparingLong(this::beyondStop))
                .map(
                        h ->
                                new Temperature(
                                        h.type(),
                                        h.milliCelsius(),
                                        stop(h).isPresent() ? stop(h).getAsLong() : null))
                .orElse(null);
    }

    private long beyondStop(ThermalZones.Heat heat) {
        // Without a stop it can only be shown, never stop anybody: after all that have one.
        return stop(heat).isPresent()
                ? heat.milliCelsius() - stop(heat).getAsLong()
                : heat.milliCelsius() - Integer.MAX_VALUE;
    }

    private OptionalLong stop(ThermalZones.Heat heat) {
        if (tegra) {
            return OptionalLong.of(TEGRA_STOP);
        }
        return heat.limit().isPresent()
                ? OptionalLong.of(heat.limit().getAsLong() - MARGIN)
                : OptionalLong.empty();
    }
}
