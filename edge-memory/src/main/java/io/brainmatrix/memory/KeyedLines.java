package io.brainmatrix.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/** The kernel's files of one {@code key value} or {@code key: value kB} a line. */
final class KeyedLines {
    private final Map<String, Long> values = new HashMap<>();

    private KeyedLines() {}

    /** Reads a file; lines whose value is no whole number, such as {@code [N/A]}, are absent. */
    static KeyedLines read(Path file) throws IOException {
        KeyedLines lines = new KeyedLines();
        for (String line : Files.readAllLines(file)) {
            String[] words = line.strip().split("[:\\s]+");
            if (words.length >= 2 && words[1].matches("-?\\d{1,19}")) {
                long unit = words.length > 2 && words[2].equals("kB") ? 1024 : 1;
                lines.values.put(words[0], Math.multiplyExact(Long.parseLong(words[1]), unit));
            }
        }
        return lines;
    }

    OptionalLong get(String key) {
        Long value = values.get(key);
        return value == null ? OptionalLong.empty() : OptionalLong.of(value);
    }

    /** A value that every kernel has. */
    long require(String key, Path file) throws IOException {
        Long value = values.get(key);
        if (value == null) {
            throw new IOException("`%s` has no line `%s`".formatted(file, key));
        }
        return value;
    }
}
