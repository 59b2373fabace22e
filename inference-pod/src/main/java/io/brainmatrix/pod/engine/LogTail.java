package io.brainmatrix.pod.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;
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

    /** What a load tells at its end. */
    private static final String LAST_TOLD = "compute buffer size";

    private static final long LOOK_NANOS = 5_000_000L;

    private LogTail() {}

    /**
     * The lines of the last load. The library writes them a little after it has loaded, by a thread
     * of its own: they are waited for, but no longer than so; none when they cannot be read.
     */
    static List<String> ofLoad(Path log, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            List<String> lines = lines(log);
            boolean all = lines.stream().anyMatch(line -> line.contains(LAST_TOLD));
            if (all || System.nanoTime() >= deadline) {
                return lines;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private static List<String> lines(Path log) {
        try {
            return Files.readAllLines(log, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return List.of();
        }
    }

    /** Layers on the GPU; empty when the lines say nothing of them. */
    static OptionalInt layersOnGpu(List<String> lines) {
        return lines.stream()
                .map(OFFLOADED::matcher)
                .filter(Matcher::find)
                .mapToInt(found -> Integer.parseInt(found.group(1)))
                .reduce((first, last) -> last);
    }

    /**
     * Buffers in bytes, by {@link Engine.Part}; those that the lines say nothing of are left out.
     */
    static Map<Engine.Part, Long> buffers(List<String> lines) {
        Map<Engine.Part, Long> bytes = new EnumMap<>(Engine.Part.class);
        for (String line : lines) {
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
        return Map.copyOf(bytes);
    }

    static String reason(Path log, @Nullable String otherwise) {
        String fallback = otherwise == null ? "the engine gave no reason" : otherwise;
        return lines(log).stream()
                .filter(l -> l.contains("error") || l.contains("failed"))
                .map(String::strip)
                .findFirst()
                .orElse(fallback);
    }
}
