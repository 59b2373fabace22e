package io.brainmatrix.memory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Pages swapped in and out since boot, {@code /proc/vmstat}. */
public record SwapCounters(long pagesIn, long pagesOut) {
    /** Reads them below a root such as {@code /proc}; empty where the kernel has no swap. */
    public static Optional<SwapCounters> read(Path proc) {
        try {
            KeyedLines lines = KeyedLines.read(proc.resolve("vmstat"));
            return lines.get("pswpin").isPresent() && lines.get("pswpout").isPresent()
                    ? Optional.of(
                            new SwapCounters(
                                    lines.get("pswpin").getAsLong(),
                                    lines.get("pswpout").getAsLong()))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
