package io.brainmatrix.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** NVIDIA's systems on a chip: CPU and GPU share one pool of memory. */
public final class Tegra {
    private Tegra() {}

    /** Whether the machine is one, by {@code /sys/devices/soc0/family}. */
    public static boolean isPresent(Path sys) {
        try {
            return Files.readString(sys.resolve("devices/soc0/family")).strip().equals("Tegra");
        } catch (IOException e) {
            return false;
        }
    }
}
