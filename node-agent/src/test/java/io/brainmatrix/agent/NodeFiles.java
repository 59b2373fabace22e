package io.brainmatrix.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A node's {@code /proc} and {@code /sys} as folders. */
record NodeFiles(Path proc, Path sys) {
    private static final long SWAP_KIB = 1_000_000;
    static final long AVAILABLE = 3_000_000L << 10;

    /** An 8 GB node in peace: no swap, no pressure. */
    static NodeFiles below(Path folder) throws IOException {
        NodeFiles files = new NodeFiles(folder.resolve("proc"), folder.resolve("sys"));
        Files.createDirectories(files.sys);
        Files.createDirectories(files.proc.resolve("sys/kernel/random"));
        Files.createDirectories(files.proc.resolve("pressure"));
        files.write("sys/kernel/random/boot_id", "6f2c8a3e-0000-4000-8000-000000000001\n");
        files.write(
                "pressure/memory",
                """
                some avg10=1.25 avg60=0.00 avg300=0.00 total=7
                full avg10=0.50 avg60=0.00 avg300=0.00 total=3
                """);
        files.available(AVAILABLE);
        files.swapped(0, 0);
        return files;
    }

    void available(long bytes) throws IOException {
        write(
                "meminfo",
                """
                MemTotal:        8000000 kB
                MemFree:         2000000 kB
                MemAvailable:    %d kB
                Buffers:               0 kB
                Cached:          1000000 kB
                SwapTotal:       %d kB
                SwapFree:              0 kB
                """
                        .formatted(
                                bytes >> 10, Files.exists(proc.resolve("swaps")) ? SWAP_KIB : 0));
    }

    void swapped(long pagesIn, long pagesOut) throws IOException {
        write("vmstat", "pswpin %d\npswpout %d\n".formatted(pagesIn, pagesOut));
    }

    void swapDevice() throws IOException {
        write(
                "swaps",
                "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n/dev/zram0 partition\t%d\t2048\t5\n"
                        .formatted(SWAP_KIB));
        available(AVAILABLE);
    }

    void write(String file, String text) throws IOException {
        // Renamed into place: a reader sees a whole file, as it does in the kernel's own.
        Path target = proc.resolve(file);
        Path fresh = target.resolveSibling(target.getFileName() + ".new");
        Files.writeString(fresh, text);
        Files.move(
                fresh,
                target,
                java.nio.file.StandardCopyOption.ATOMIC_MOVE,
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }
}
