package io.brainmatrix.pod.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the reason of a refusal in the native library's log: its exception says the same sentence
 * whatever the cause.
 */
final class LogTail {
    private LogTail() {}

    static String reason(Path log, @Nullable String otherwise) {
        String fallback = otherwise == null ? "the engine gave no reason" : otherwise;
        try {
            List<String> errors =
                    Files.readAllLines(log, StandardCharsets.ISO_8859_1).stream()
                            .filter(l -> l.contains("error") || l.contains("failed"))
                            .map(String::strip)
                            .toList();
            return errors.isEmpty() ? fallback : errors.getFirst();
        } catch (IOException e) {
            return fallback;
        }
    }
}
