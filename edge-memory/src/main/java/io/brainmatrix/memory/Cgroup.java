package io.brainmatrix.memory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The memory cgroup of this process, version 1 or 2.
 *
 * <p>Inside a container the mount's root already is the container's cgroup, while {@code
 * /proc/self/cgroup} may still show the host's path; a plain process sees the reverse. So the
 * joined path is tried first, then the root.
 */
public final class Cgroup {
    /**
     * Version 1 writes "no limit" as the largest page-aligned long; no machine has half of that.
     */
    private static final long UNLIMITED = 1L << 62;

    private final Path directory;
    private final int version;

    private Cgroup(Path directory, int version) {
        this.directory = directory;
        this.version = version;
    }

    /** Finds it below a root such as {@code /sys/fs/cgroup}; empty where memory has no cgroup. */
    public static Optional<Cgroup> locate(Path cgroupRoot, Path proc) {
        Optional<Cgroup> first =
                path(proc, ":memory:", ",memory:", ":memory,")
                        .flatMap(p -> in(cgroupRoot.resolve("memory"), p, 1));
        return first.isPresent() ? first : path(proc, "0::").flatMap(p -> in(cgroupRoot, p, 2));
    }

    private static Optional<String> path(Path proc, String... marks) {
        try {
            for (String line : Files.readAllLines(proc.resolve("self/cgroup"))) {
                for (String mark : marks) {
                    if (line.contains(mark) && (!mark.equals("0::") || line.startsWith(mark))) {
                        return Optional.of(line.substring(line.indexOf(":/") + 1));
                    }
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<Cgroup> in(Path mount, String path, int version) {
        String file = version == 1 ? "memory.limit_in_bytes" : "memory.stat";
        Path joined = mount.resolve(path.substring(1)).normalize();
        for (Path directory : List.of(joined, mount)) {
            if (Files.isReadable(directory.resolve(file))) {
                return Optional.of(new Cgroup(directory, version));
            }
        }
        return Optional.empty();
    }

    /** 1 or 2. */
    public int version() {
        return version;
    }

    /** The limit in bytes; empty when there is none. */
    public OptionalLong limit() {
        Path file = directory.resolve(version == 1 ? "memory.limit_in_bytes" : "memory.max");
        if (!Files.exists(file)) {
            return OptionalLong.empty(); // the root of version 2 has no such file, and no limit
        }
        try {
            String text = Files.readString(file).strip();
            if (text.equals("max")) {
                return OptionalLong.empty();
            }
            long limit = Long.parseLong(text);
            return limit >= UNLIMITED ? OptionalLong.empty() : OptionalLong.of(limit);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the memory limit", e);
        }
    }

    /**
     * Bytes in use that the kernel cannot reclaim: anonymous, shared and locked memory. Page cache
     * is left out: it fills any limit long before it harms.
     */
    public long used() {
        Path file = directory.resolve("memory.stat");
        try {
            KeyedLines stat = KeyedLines.read(file);
            if (version == 2) {
                return stat.require("anon", file)
                        + stat.get("shmem").orElse(0)
                        + stat.get("unevictable").orElse(0);
            }
            // "total_" includes child groups; kernels before 4.20 do not tell shared memory apart.
            OptionalLong all = stat.get("total_rss");
            return (all.isPresent() ? all.getAsLong() : stat.require("rss", file))
                    + stat.get("total_shmem").orElse(stat.get("shmem").orElse(0));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read what the cgroup uses", e);
        }
    }

    /**
     * To look at what it uses, and at its node, many times a second.
     *
     * @param proc the node's, such as {@code /proc}
     * @throws IOException when what is looked at is not there
     */
    public MemoryWatch watch(Path proc) throws IOException {
        return new MemoryWatch(directory, version, proc);
    }

    /**
     * Whether memory of this cgroup may go to swap: the node has some, and nothing keeps this
     * cgroup from it. Then its limit is not the RAM that it gets.
     */
    public boolean maySwap(MemInfo node) {
        if (node.swapTotal().orElse(0) == 0) {
            return false;
        }
        if (version == 2) {
            return !text("memory.swap.max").orElse("max").equals("0");
        }
        Optional<String> both = text("memory.memsw.limit_in_bytes");
        if (both.isPresent()) {
            return !both.equals(text("memory.limit_in_bytes"));
        }
        return !text("memory.swappiness").orElse("").equals("0"); // no swap accounting
    }

    private Optional<String> text(String file) {
        try {
            return Optional.of(Files.readString(directory.resolve(file)).strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * The most that was ever charged, in bytes; empty where the kernel does not keep it (version 2
     * before 5.19). Page cache is in it: it fills any limit, so this is no footprint.
     */
    public OptionalLong charged() {
        Path file = directory.resolve(version == 1 ? "memory.max_usage_in_bytes" : "memory.peak");
        try {
            return OptionalLong.of(Long.parseLong(Files.readString(file).strip()));
        } catch (IOException | NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    /**
     * Processes of this cgroup that the kernel killed for want of memory; empty where it does not
     * count them (version 1 before 4.13). Below a parent with the same limit the parent hits first:
     * then version 1 counts there, and this stays 0.
     */
    public OptionalLong kills() {
        Path file = directory.resolve(version == 1 ? "memory.oom_control" : "memory.events");
        try {
            return KeyedLines.read(file).get("oom_kill");
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
