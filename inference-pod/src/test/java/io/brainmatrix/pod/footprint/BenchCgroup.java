package io.brainmatrix.pod.footprint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Makes a memory cgroup with a limit; wants root. */
public final class BenchCgroup {
    private static final Path MOUNT = Path.of("/sys/fs/cgroup");

    private BenchCgroup() {}

    /**
     * Makes one: in this process's own on version 1, beside it on version 2, where a cgroup with
     * processes may have no children with limits.
     */
    public static Path make(long limit) throws IOException {
        List<String> lines = Files.readAllLines(Path.of("/proc/self/cgroup"));
        String name = "footprint-" + ProcessHandle.current().pid();
        for (String line : lines) {
            if (line.contains(":memory:")) {
                Path own = MOUNT.resolve("memory" + line.substring(line.lastIndexOf(':') + 1));
                return make(Files.isDirectory(own) ? own : MOUNT.resolve("memory"), name, limit, 1);
            }
        }
        String path = lines.getFirst().substring("0::/".length());
        Path own = MOUNT.resolve(path);
        Path parent = own.getParent();
        return make(path.isEmpty() || parent == null ? MOUNT : parent, name, limit, 2);
    }

    private static Path make(Path parent, String name, long limit, int version) throws IOException {
        Path made = Files.createDirectories(parent.resolve(name));
        Path file = made.resolve(version == 1 ? "memory.limit_in_bytes" : "memory.max");
        Files.writeString(file, Long.toString(limit));
        return made;
    }
}
