package io.brainmatrix.memory;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * This process as the kernel sees it, {@code /proc/self/status}: bytes, but for the threads.
 *
 * @param virtual address space, most of it never touched
 * @param resident anonymous, file's and shared pages in RAM
 * @param peakResident the most that ever was resident
 * @param anonymous pages of no file in RAM: heap, weights read without mmap, caches
 * @param file pages of mapped files in RAM, which the kernel may drop
 * @param swapped anonymous pages that are out of RAM; 0 where the kernel has no swap
 * @param threads of the JVM and of native code
 */
public record ProcessMemory(
        long virtual,
        long resident,
        long peakResident,
        long anonymous,
        long file,
        long swapped,
        long threads) {
    /**
     * Reads it below a root such as {@code /proc}.
     *
     * @throws IOException when it cannot be read
     */
    public static ProcessMemory read(Path proc) throws IOException {
        Path file = proc.resolve("self/status");
        KeyedLines lines = KeyedLines.read(file);
        return new ProcessMemory(
                lines.require("VmSize", file),
                lines.require("VmRSS", file),
                lines.require("VmHWM", file),
                lines.require("RssAnon", file),
                lines.require("RssFile", file),
                lines.get("VmSwap").orElse(0),
                lines.require("Threads", file));
    }

    /**
     * File descriptors that this process has open, below a root such as {@code /proc}; the one that
     * this look itself needs is not counted.
     *
     * @throws IOException when they cannot be listed
     */
    public static long openFiles(Path proc) throws IOException {
        long count = 0;
        try (DirectoryStream<Path> open = Files.newDirectoryStream(proc.resolve("self/fd"))) {
            for (Path _ : open) {
                count++;
            }
        }
        return Math.max(0, count - 1);
    }
}
