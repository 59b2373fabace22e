package io.brainmatrix.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What a command of the source tree said.
 *
 * @param status its exit status; {@link #SKIPPED} when something that it needs cannot be had
 * @param output both its streams
 */
record Script(int status, String output) {
    static final int SKIPPED = 77;

    private static final int MINUTES = 5;

    /** Runs it in the root of the source tree. */
    static Script run(String command, String... arguments) {
        List<String> line = new ArrayList<>(List.of(command));
        line.addAll(List.of(arguments));
        try {
            Path output = Files.createTempFile("script", ".out");
            try {
                Process process =
                        new ProcessBuilder(line)
                                .directory(Cluster.ROOT.toFile())
                                .redirectErrorStream(true)
                                .redirectOutput(output.toFile())
                                .start();
                boolean ended = process.waitFor(MINUTES, TimeUnit.MINUTES);
                process.destroyForcibly();
                String said = Files.readString(output);
                if (!ended) {
                    throw new AssertionError(line + " did not end: " + said);
                }
                return new Script(process.exitValue(), said);
            } finally {
                Files.delete(output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Its last line. */
    String last() {
        return output.lines().reduce("", (before, line) -> line);
    }
}
