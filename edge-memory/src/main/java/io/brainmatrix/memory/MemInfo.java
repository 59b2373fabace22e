package io.brainmatrix.memory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * {@code /proc/meminfo}, in bytes: the whole node, also inside a container.
 *
 * @param available MemAvailable: what can be had without swapping; what the CUDA driver calls free
 *     follows MemFree and refuses falsely after a big file was read
 * @param nvMapUsed device memory in use on an Orin whose kernel tells it
 */
public record MemInfo(
        long total,
        long free,
        long available,
        OptionalLong swapTotal,
        OptionalLong swapFree,
        OptionalLong nvMapUsed) {
    /**
     * Reads it below a root such as {@code /proc}.
     *
     * @throws IOException when it cannot be read or lacks a line that every kernel since 3.14 has
     */
    public static MemInfo read(Path proc) throws IOException {
        Path file = proc.resolve("meminfo");
        KeyedLines lines = KeyedLines.read(file);
        return new MemInfo(
                lines.require("MemTotal", file),
                lines.require("MemFree", file),
                lines.require("MemAvailable", file),
                lines.get("SwapTotal"),
                lines.get("SwapFree"),
                lines.get("NvMapMemUsed"));
    }
}
