package io.brainmatrix.pod.llamacpp;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Debian sid's llama.cpp in a root of its own ({@code scripts/llama-cpp}), its tools with the files
 * of one directory.
 */
final class LlamaCpp {
    private static final Path PROJECT = Path.of(System.getProperty("brainmatrix.root", ".."));
    private static final int SKIPPED = 77;

    private final Path root;
    private final Path work;

    private LlamaCpp(Path root, Path work) {
        this.root = root;
        this.work = work;
    }

    /** It cannot be had here; the message says why. */
    @SuppressWarnings("serial") // never serialized
    static final class Missing extends Exception {
        Missing(String why) {
            super(why);
        }
    }

    /**
     * Unpacks it where it is not yet.
     *
     * @param work the directory that its tools see as {@code /work}
     * @throws Missing without root's rights or Debian's packages
     */
    static LlamaCpp in(Path work) throws Missing, IOException, InterruptedException {
        Path root = PROJECT.resolve("build/llama-cpp");
        Path said = Files.createTempFile("unpacking", ".log");
        Process script =
                new ProcessBuilder(PROJECT.resolve("scripts/llama-cpp").toString(), root.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(said.toFile())
                        .start();
        boolean ended = script.waitFor(5, TimeUnit.MINUTES);
        script.destroyForcibly();
        String text = Files.readString(said).strip();
        Files.delete(said);
        if (ended && script.exitValue() == SKIPPED) {
            throw new Missing(text);
        }
        if (!ended || script.exitValue() != 0) {
            throw new IOException("scripts/llama-cpp failed: " + text);
        }
        return new LlamaCpp(root, work);
    }

    /** A tool's process, not started; files of the directory are its {@code /work/NAME}. */
    ProcessBuilder tool(String name, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(root.resolve("run").toString(), name));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("WORK", work.toAbsolutePath().toString());
        return builder;
    }
}
