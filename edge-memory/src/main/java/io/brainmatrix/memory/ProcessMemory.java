package io.brainmatrix.memory;

import java.io.IOException;
import java.nio.file.Path;

/** Memory of this process, {@code /proc/self/status}, in bytes. */
public record ProcessMemory(long resident, long anonymous, long peakResident) {
    /**
     * Reads it below a root such as {@code /proc}.
     *
     * @throws IOException when it cannot be read
     */
    public static ProcessMemory read(Path proc) throws IOException {
        Path file = proc.resolve("self/status");
        KeyedLines lines = KeyedLines.read(file);
        return new ProcessMemory(
                lines.require("VmRSS", file),
                lines.require("RssAnon", file),
                lines.require("VmHWM", file));
    }
}
