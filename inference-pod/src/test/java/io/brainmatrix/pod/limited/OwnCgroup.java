package io.brainmatrix.pod.limited;

import io.brainmatrix.memory.Cgroup;
import io.brainmatrix.memory.MemoryWatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A memory cgroup with a limit, made and removed; wants root. */
public final class OwnCgroup implements AutoCloseable {
    private static final Path MOUNT = Path.of("/sys/fs/cgroup");
    private static final AtomicInteger MADE = new AtomicInteger();

    private final Path directory;
    private final int version;

    private OwnCgroup(Path directory, int version) {
        this.directory = directory;
        this.version = version;
    }

    /**
     * Makes one: in this process's own on version 1, beside it on version 2, where a cgroup with
     * processes may have no children with limits. It may not swap, as a pod's may not.
     *
     * @param limit bytes, a multiple of a page
     */
    public static OwnCgroup make(long limit) throws IOException {
        List<String> lines = Files.readAllLines(Path.of("/proc/self/cgroup"));
        String name =
                "brainmatrix-%d-%d"
                        .formatted(ProcessHandle.current().pid(), MADE.incrementAndGet());
        for (String line : lines) {
            if (line.contains(":memory:")) {
                Path own = MOUNT.resolve("memory" + line.substring(line.lastIndexOf(':') + 1));
                Path parent = Files.isDirectory(own) ? own : MOUNT.resolve("memory");
                return limited(new OwnCgroup(parent.resolve(name), 1), limit);
            }
        }
        String path = lines.getFirst().substring("0::/".length());
        Path parent = MOUNT.resolve(path).getParent();
        Path beside = path.isEmpty() || parent == null ? MOUNT : parent;
        return limited(new OwnCgroup(beside.resolve(name), 2), limit);
    }

    private static OwnCgroup limited(OwnCgroup cgroup, long limit) throws IOException {
        if (cgroup.version == 2) {
            Path parent = cgroup.directory.resolveSibling("cgroup.subtree_control");
            Files.writeString(parent, "+memory");
        }
        Files.createDirectories(cgroup.directory);
        cgroup.limit(limit);
        if (cgroup.version == 2) {
            cgroup.write("memory.swap.max", "0");
        }
        return cgroup;
    }

    /** Where its files are. */
    public Path directory() {
        return directory;
    }

    /** 1 or 2. */
    public int version() {
        return version;
    }

    /** Sets the limit, in bytes. */
    public void limit(long bytes) throws IOException {
        write(version == 1 ? "memory.limit_in_bytes" : "memory.max", Long.toString(bytes));
    }

    /** Writes one of its files. */
    public void write(String file, String text) throws IOException {
        Files.writeString(directory.resolve(file), text);
    }

    /** Reads one of its files. */
    public String read(String file) throws IOException {
        return Files.readString(directory.resolve(file)).strip();
    }

    /**
     * To look at what it uses, and at the node.
     *
     * @param folder for what a process in it would find in {@code /proc}
     */
    public MemoryWatch watch(Path folder) throws IOException {
        Path proc = Files.createDirectories(folder.resolve("proc"));
        Path mount = version == 1 ? MOUNT.resolve("memory") : MOUNT;
        Files.writeString(
                Files.createDirectories(proc.resolve("self")).resolve("cgroup"),
                "%s/%s%n"
                        .formatted(
                                version == 1 ? "1:memory:" : "0::", mount.relativize(directory)));
        if (!Files.exists(proc.resolve("meminfo"))) {
            Files.createSymbolicLink(proc.resolve("meminfo"), Path.of("/proc/meminfo"));
        }
        return Cgroup.locate(MOUNT, proc).orElseThrow().watch(proc);
    }

    /** Processes of it that the kernel killed for want of memory. */
    public long kills() throws IOException {
        return read(version == 1 ? "memory.oom_control" : "memory.events")
                .lines()
                .filter(line -> line.startsWith("oom_kill "))
                .mapToLong(line -> Long.parseLong(line.substring("oom_kill ".length())))
                .sum();
    }

    /** Words for a shell that moves itself in here before it becomes the command that follows. */
    public List<String> into() {
        return List.of(
                "sh", "-c", "echo $$ >\"$0\"/cgroup.procs && exec \"$@\"", directory.toString());
    }

    /** Ends whatever is left in it and removes it. */
    @Override
    public void close() throws IOException {
        for (String pid : Files.readAllLines(directory.resolve("cgroup.procs"))) {
            ProcessHandle.of(Long.parseLong(pid))
                    .ifPresent(
                            left -> {
                                left.destroyForcibly();
                                left.onExit().join();
                            });
        }
        Files.delete(directory);
    }
}
