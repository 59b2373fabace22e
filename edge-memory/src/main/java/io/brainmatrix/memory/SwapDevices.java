package io.brainmatrix.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Bytes in swap, on disks and on zram apart: a Jetson has zram on by default, and a few idle MiB in
 * it are normal.
 */
public record SwapDevices(long diskUsed, long zramUsed) {
    private static final int USED_COLUMN = 3;

    /** Reads them below a root such as {@code /proc}; empty where there is no swap at all. */
    public static Optional<SwapDevices> read(Path proc) {
        List<String> lines;
        try {
            lines = Files.readAllLines(proc.resolve("swaps"));
        } catch (IOException e) {
            return Optional.empty();
        }
        long disk = 0;
        long zram = 0;
        boolean any = false;
        for (String line : lines) {
            String[] columns = line.strip().split("\\s+");
            if (columns.length > USED_COLUMN && columns[USED_COLUMN].matches("\\d{1,15}")) {
                long used = Long.parseLong(columns[USED_COLUMN]) * 1024;
                any = true;
                if (columns[0].startsWith("/dev/zram")) {
                    zram += used;
                } else {
                    disk += used;
                }
            }
        }
        return any ? Optional.of(new SwapDevices(disk, zram)) : Optional.empty();
    }
}
