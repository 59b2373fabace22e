package io.brainmatrix.quickstart;

import io.brainmatrix.embedded.kubelet.MemoryGroup;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Takes memory in a process's cgroup until the kernel has to kill: another JVM, whose heap is
 * touched page by page before anything else, as in {@link Hog}. It is worth less to the kernel than
 * the model's process, so that one is taken.
 */
final class CgroupHog {
    private static final long MIB = 1L << 20;
    private static final long AT_MOST_SECONDS = 30;

    private CgroupHog() {}

    /**
     * Runs until it has what it is to take, or something has been killed.
     *
     * @param group in which it is taken
     * @param bytes to take; more than the limit leaves, less than it is
     */
    static void takeMemory(MemoryGroup group, long bytes) throws IOException, InterruptedException {
        String heap = (bytes + MIB - 1) / MIB + "m";
        List<String> command = new ArrayList<>(group.into());
        command.addAll(
                List.of(
                        "setsid",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:+AlwaysPreTouch",
                        "-Xms" + heap,
                        "-Xmx" + heap,
                        "-version"));
        Process hog =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            hog.waitFor(AT_MOST_SECONDS, TimeUnit.SECONDS);
        } finally {
            hog.destroyForcibly();
        }
    }
}
