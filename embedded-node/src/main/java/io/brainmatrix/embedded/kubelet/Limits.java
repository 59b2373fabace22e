package io.brainmatrix.embedded.kubelet;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where processes can be limited: a cgroup of ours, in which each gets one of its own. Version 1 or
 * 2, as root, or in a scope that systemd has delegated to the user.
 */
public final class Limits implements AutoCloseable {
    private static final String PREFIX = "brainmatrix-";
    private static final long TRIAL_BYTES = 64L << 20;

    private final Path directory;
    private final int version;
    private final AtomicInteger made = new AtomicInteger();

    private Limits(Path directory, int version) {
        this.directory = directory;
        this.version = version;
    }

    /** Whether there is such a place. */
    public sealed interface Search {
        /** There is. */
        record Found(Limits limits) implements Search {}

        /** There is none, in these words. */
        record None(String why) implements Search {}
    }

    /**
     * Looks for one and tries it; what an earlier process of ours that was killed has left there
     * goes.
     *
     * @param cgroups such as {@code /sys/fs/cgroup}
     * @param proc such as {@code /proc}
     * @param pid of this process, by which ours is named
     */
    public static Search find(Path cgroups, Path proc, long pid) {
        try {
            Optional<Limits> place = place(cgroups, proc, PREFIX + pid);
            if (place.isEmpty()) {
                return new Search.None("the kernel has no memory cgroups at " + cgroups);
            }
            Limits limits = place.get();
            limits.sweep(proc);
            limits.open();
            limits.make("trial", OptionalLong.of(TRIAL_BYTES)).remove();
            return new Search.Found(limits);
        } catch (IOException e) {
            return new Search.None(
                    "no memory limit can be set below %s: %s".formatted(cgroups, reason(e)));
        }
    }

    private static String reason(IOException e) {
        return e.getClass().getSimpleName() + " " + e.getMessage();
    }

    private static Optional<Limits> place(Path cgroups, Path proc, String name) throws IOException {
        List<String> lines = Files.readAllLines(proc.resolve("self/cgroup"));
        for (String line : lines) {
            String controllers = line.split(":", 3)[1];
            if (List.of(controllers.split(",")).contains("memory")) {
                Path mount = cgroups.resolve("memory");
                Path own = mount.resolve(line.split(":", 3)[2].substring(1)).normalize();
                Path parent = Files.isDirectory(own) ? own : mount;
                return Files.isDirectory(mount)
                        ? Optional.of(new Limits(parent.resolve(name), 1))
                        : Optional.empty();
            }
        }
        for (String line : lines) {
            if (line.startsWith("0::/") && Files.exists(cgroups.resolve("cgroup.controllers"))) {
                return Optional.of(new Limits(parent(cgroups, line).resolve(name), 2));
            }
        }
        return Optional.empty();
    }

    /**
     * Version 2 limits only in a cgroup without processes. Beside our own there is room, where it
     * may be written to; a delegated scope is emptied into a child of it first.
     */
    private static Path parent(Path cgroups, String line) throws IOException {
        Path own = cgroups.resolve(line.substring("0::/".length())).normalize();
        Path beside = own.getParent();
        if (own.equals(cgroups) || beside == null) {
            return cgroups;
        }
        if (Files.isWritable(beside.resolve("cgroup.subtree_control"))) {
            return beside;
        }
        Path child = own.resolve(PREFIX + "caller");
        Files.createDirectories(child);
        for (String pid : Files.readAllLines(own.resolve("cgroup.procs"))) {
            Files.writeString(child.resolve("cgroup.procs"), pid);
        }
        return own;
    }

    private void open() throws IOException {
        if (version == 2) {
            Path parent = directory.resolveSibling("cgroup.subtree_control");
            Files.writeString(parent, "+memory");
        }
        Files.createDirectories(directory);
        if (version == 2) {
            Files.writeString(directory.resolve("cgroup.subtree_control"), "+memory");
        }
    }

    /** Cgroups beside ours whose process is gone: it was killed, and could not clean up. */
    private void sweep(Path proc) throws IOException {
        Path parent = directory.getParent();
        if (parent == null) {
            return;
        }
        try (DirectoryStream<Path> ours = Files.newDirectoryStream(parent, PREFIX + "[0-9]*")) {
            for (Path left : ours) {
                String pid = left.getFileName().toString().substring(PREFIX.length());
                if (pid.matches("\\d+") && !Files.exists(proc.resolve(pid))) {
                    new Limits(left, version).close();
                }
            }
        }
    }

    /**
     * Makes a cgroup for one process.
     *
     * @param limit bytes; empty for one that is only to be found again
     */
    public MemoryGroup make(String name, OptionalLong limit) throws IOException {
        Path path = directory.resolve(made.incrementAndGet() + "-" + name);
        Files.createDirectory(path);
        MemoryGroup group = new MemoryGroup(path, version);
        if (limit.isPresent()) {
            group.limit(limit.getAsLong());
        }
        return group;
    }

    /** Where its files are. */
    public Path directory() {
        return directory;
    }

    /** 1 or 2. */
    public int version() {
        return version;
    }

    /** Ends whatever is left in any of them and removes them all. */
    @Override
    public void close() throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
            for (Path child : children) {
                if (Files.isDirectory(child)) {
                    new MemoryGroup(child, version).remove();
                }
            }
        }
        Files.deleteIfExists(directory);
    }
}
