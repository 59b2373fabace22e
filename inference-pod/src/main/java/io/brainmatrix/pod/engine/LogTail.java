package io.brainmatrix.pod.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
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

    private static final Pattern BUFFER =
            Pattern.compile("(model|KV|compute|output) +buffer size *= *(\\d{1,9}\\.\\d{1,3}) MiB");
    private static final double MEBIBYTE = 1 << 20;

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

    /**
     * The last load's buffers in bytes, by {@link Engine.Part}; those it says nothing of are left
     * out.
     */
    static Map<Engine.Part, Long> buffers(Path log) {
        Map<Engine.Part, Long> bytes = new EnumMap<>(Engine.Part.class);
        try {
            for (String line : Files.readAllLines(log, StandardCharsets.ISO_8859_1)) {
                Matcher found = BUFFER.matcher(line);
                if (found.find()) {
                    bytes.merge(
                            switch (found.group(1)) {
                                case "model" -> Engine.Part.Weights;
                                case "KV" -> Engine.Part.Cache;
                                default -> Engine.Part.Compute;
                            },
                            Math.round(Double.parseDouble(found.group(2)) * MEBIBYTE),
                            Long::sum);
                }
            }
        } catch (IOException e) {
            return Map.of();
        }
        return Map.copyOf(bytes);
    }

    /**
     * Whether the log has come to the last that a load tells; it is written by a thread of its own.
     */
    static boolean tellsOfAll(Path log) {
        try {
            return Files.readString(log, StandardCharsets.ISO_8859_1)
                    .contains("compute buffer size");
        } catch (IOException e) {
            return false;
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
