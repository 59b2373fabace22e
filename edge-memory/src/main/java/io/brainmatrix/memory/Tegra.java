package io.brainmatrix.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** NVIDIA's systems on a chip: CPU and GPU share one pool of memory. */
public final class Tegra {
    private static final Pattern RELEASE =
            Pattern.compile("#\\s*R(\\d+) \\(release\\), REVISION: ([\\d.]+)");

    private Tegra() {}

    /** Whether the machine is one, by {@code /sys/devices/soc0/family}. */
    public static boolean isPresent(Path sys) {
        return line(sys.resolve("devices/soc0/family")).filter("Tegra"::equals).isPresent();
    }

    /** The chip's number as the kernel has it, such as {@code 35}; empty elsewhere. */
    public static Optional<String> chip(Path sys) {
        return isPresent(sys) ? line(sys.resolve("devices/soc0/soc_id")) : Optional.empty();
    }

    /**
     * The Linux for Tegra release, such as {@code 36.4.3}, from {@code nv_tegra_release} below the
     * host's {@code /etc}; empty where that file is not there or cannot be seen.
     */
    public static Optional<String> release(Path etc) {
        return line(etc.resolve("nv_tegra_release"))
                .map(RELEASE::matcher)
                .filter(Matcher::find)
                .map(found -> found.group(1) + "." + found.group(2));
    }

    private static Optional<String> line(Path file) {
        try {
            return Files.readAllLines(file).stream().map(String::strip).findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
