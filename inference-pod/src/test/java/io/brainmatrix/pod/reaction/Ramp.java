package io.brainmatrix.pod.reaction;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code bench/ramp.py}: a process that takes memory at a rate when it is told to. */
final class Ramp implements AutoCloseable {
    private final Process process;
    private final Writer words;

    /**
     * Starts one, and waits until it is ready to go.
     *
     * @param before words of a command that becomes it
     */
    Ramp(Path script, List<String> before, int mebibytesPerSecond, int mebibytes)
            throws IOException {
        List<String> command = new ArrayList<>(before);
        command.addAll(
                List.of(
                        "python3",
                        script.toString(),
                        Integer.toString(mebibytesPerSecond),
                        Integer.toString(mebibytes)));
        process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        words = process.outputWriter(StandardCharsets.UTF_8);
        BufferedReader told = process.inputReader(StandardCharsets.UTF_8);
        if (!"ready".equals(told.readLine())) {
            throw new IOException("the ramp does not start");
        }
    }

    void go() throws IOException {
        words.write('\n');
        words.flush();
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
