package io.brainmatrix.pod.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds in the native library's log what is told nowhere else: the reason of a refusal, whose
 * exception says the same sentence whatever the cause, and where layers went.
 */
final class LogTail {
    private static final Pattern OFFLOADED =
            Pattern.compile("offloaded (\\d{1,4})/\\d{1,4} layers to GPU");

    private LogTail() {}

    /** The last load's layers on the GPU; empty when the log says nothing of them. */
    static OptionalInt layersOnGpu(Path log) {
        try {
            return Files.readAllLines(log, StandardCharsets.ISO_8859_1).stream()
                    .map(OFFLOADED::matcher)
                    .filter(Matcher::find)
                    .mapToInt(found -> Integer.parseInt(found.group(1)))
                    .reduce((first, last) -> last);
        } catch (IOException e) {
            return OptionalInt.empty();
        }
    }

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
