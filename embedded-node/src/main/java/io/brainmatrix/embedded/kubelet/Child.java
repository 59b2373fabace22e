package io.brainmatrix.embedded.kubelet;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** A program of ours beside the kubelet, such as the operator: a process without a limit. */
public final class Child implements AutoCloseable {
    private static final int SCORE = 900;
    private static final long GRACE_SECONDS = 5;
    private static final int TOLD_LINES = 15;

    private final String name;
    private final Process process;
    private final Optional<MemoryGroup> group;
    private final Path log;

    private Child(String name, Process process, Optional<MemoryGroup> group, Path log) {
        this.name = name;
        this.process = process;
        this.group = group;
        this.log = log;
    }

    /**
     * Starts it.
     *
     * @param directory for its log
     * @param limits where it can be found again even when this process is killed
     */
    public static Child start(
            String name,
            List<String> command,
            Map<String, String> environment,
            Path directory,
            Optional<Limits> limits)
            throws IOException {
        List<String> words = new ArrayList<>();
        Optional<MemoryGroup> group = Optional.empty();
        if (limits.isPresent()) {
            group = Optional.of(limits.get().make(name, OptionalLong.empty()));
            words.addAll(group.get().into());
        }
        words.addAll(PodRun.detached(SCORE));
        words.addAll(command);
        Path log = Files.createDirectories(directory).resolve(name + ".log");
        ProcessBuilder builder =
                new ProcessBuilder(words)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                        .redirectOutput(log.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        return new Child(name, builder.start(), group, log);
    }

    /**
     * Nothing, as long as it runs.
     *
     * @throws IOException with its last words when it has ended
     */
    public void check() throws IOException {
        if (!process.isAlive()) {
            throw new IOException(
                    "the %s ended with %d; its last lines:%n%s"
                            .formatted(name, process.exitValue(), lastLines()));
        }
    }

    /** The end of its log. */
    public String lastLines() throws IOException {
        List<String> lines =
                new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines().toList();
        return String.join(
                System.lineSeparator(),
                lines.subList(Math.max(0, lines.size() - TOLD_LINES), lines.size()));
    }

    /** Ends it: asks first, and then kills. */
    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        if (group.isPresent()) {
            group.get().remove();
        }
    }
}
