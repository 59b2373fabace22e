package io.brainmatrix.memory;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What one cgroup uses and what its node has left, looked at again and again: the files stay open
 * and a look allocates nothing, so that whoever looks is not held up by what it leaves behind. For
 * one thread. {@link Cgroup} says the same of one moment.
 */
public final class MemoryWatch implements Closeable {
    /** The kernel counts pages here; only some arm64 kernels have larger ones. */
    private static final long PAGE = 4096;

    private final int version;
    private final PolledFile stat;
    private final PolledFile node;

    /** Version 2 only, and only with swap accounting. */
    private final @Nullable PolledFile swap;

    private final KeyedLines lines = KeyedLines.none();
    private long used;
    private long swapped;
    private long swappedIn;
    private long available;

    /** Version 1: as counted at the last look; negative before the first. */
    private long faults = -1;

    MemoryWatch(Path directory, int version, Path proc) throws IOException {
        this.version = version;
        this.stat = new PolledFile(directory.resolve("memory.stat"));
        this.node = new PolledFile(proc.resolve("meminfo"));
        Path swapFile = directory.resolve("memory.swap.current");
        this.swap = version == 2 && Files.isReadable(swapFile) ? new PolledFile(swapFile) : null;
    }

    /**
     * Looks.
     *
     * @throws IOException when a file cannot be read or lacks what every kernel tells
     */
    public void look() throws IOException {
        node.read(lines);
        available = require("MemAvailable", node);
        stat.read(lines);
        if (version == 2) {
            used = require("anon", stat) + orZero("shmem") + orZero("unevictable");
            long in = lines.find("pswpin"); // since Linux 6.13; before, what had been out a while
            swappedIn = PAGE * (in == KeyedLines.ABSENT ? orZero("workingset_refault_anon") : in);
            swapped = swap == null ? 0 : number(swap);
            return;
        }
        // "total_" includes child groups; kernels before 4.20 do not tell shared memory apart.
        long all = lines.find("total_rss");
        long shared = lines.find("total_shmem");
        used =
                (all == KeyedLines.ABSENT ? require("rss", stat) : all)
                        + (shared == KeyedLines.ABSENT ? orZero("shmem") : shared);
        swapped = orZero("total_swap");
        countFaults(orZero("total_pgmajfault"));
    }

    /**
     * Version 1 does not count swap-ins. A fault that waited for a device is one, as long as
     * something is out: nothing of the model is mapped from a file.
     */
    private void countFaults(long now) {
        if (faults >= 0 && swapped > 0) {
            swappedIn += PAGE * Math.max(0, now - faults);
        }
        faults = now;
    }

    private long require(String key, PolledFile file) throws IOException {
        long value = lines.find(key);
        if (value == KeyedLines.ABSENT) {
            throw new IOException("`%s` has no line `%s`".formatted(file.path(), key));
        }
        return value;
    }

    private long orZero(String key) {
        long value = lines.find(key);
        return value == KeyedLines.ABSENT ? 0 : value;
    }

    private long number(PolledFile file) throws IOException {
        file.read(lines);
        return lines.number();
    }

    /** Bytes in use that the kernel cannot reclaim, as {@link Cgroup#used()}. */
    public long used() {
        return used;
    }

    /** Bytes of it that are in swap, beside what is in use; 0 where nobody counts them. */
    public long swapped() {
        return swapped;
    }

    /** Bytes that came back from swap, since some moment before the first look; never shrinks. */
    public long swappedIn() {
        return swappedIn;
    }

    /** MemAvailable of the node, in bytes. */
    public long available() {
        return available;
    }

    @Override
    public void close() throws IOException {
        stat.close();
        node.close();
        if (swap != null) {
            swap.close();
        }
    }
}
