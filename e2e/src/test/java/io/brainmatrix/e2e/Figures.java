package io.brainmatrix.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/** Durations worth telling, kept in target/e2e-figures.txt. */
final class Figures {
    private static final Path FILE = Path.of("target/e2e-figures.txt");

    private Figures() {}

    static void note(String what, Duration time) {
        line("%s: %.2f s".formatted(what, time.toNanos() / 1e9));
    }

    static synchronized void line(String line) {
        try {
            Files.createDirectories(FILE.toAbsolutePath().getParent());
            Files.writeString(
                    FILE,
                    line + System.lineSeparator(),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
