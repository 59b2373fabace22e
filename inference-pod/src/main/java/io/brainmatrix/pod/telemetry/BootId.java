package io.brainmatrix.pod.telemetry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Under which boot of its node this process runs. */
public final class BootId {
    private BootId() {}

    /**
     * Reads {@code sys/kernel/random/boot_id} below a root such as {@code /proc}; null where the
     * kernel does not tell.
     */
    public static @Nullable String read(Path proc) {
        try {
            return Files.readString(proc.resolve("sys/kernel/random/boot_id")).strip();
        } catch (IOException e) {
            return null;
        }
    }
}
