package io.brainmatrix.embedded.kubelet;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/** A memory cgroup of ours, version 1 or 2, for one process and its children. */
public final class MemoryGroup {
    private static final long PAGE = 4096;

    /**
     * A killed process leaves its cgroup within milliseconds; one in the kernel may take longer.
     */
    private static final Duration EMPTIED_WITHIN = Duration.ofSeconds(10);

    private static final long LOOK_NANOS = 1_000_000L;

    private final Path directory;
    private final int version;

    MemoryGroup(Path directory, int version) {
        this.directory = directory;
        this.version = version;
    }

    /**
     * Sets the limit and reads it back; what is in it may not swap.
     *
     * @param bytes rounded down to whole pages, as the kernel does
     * @throws IOException when the kernel does not take it
     */
    void limit(long bytes) throws IOException {
        String limit = Long.toString(bytes / PAGE * PAGE);
        String file = version == 1 ? "memory.limit_in_bytes" : "memory.max";
        Files.writeString(directory.resolve(file), limit);
        Path swap =
                directory.resolve(version == 1 ? "memory.memsw.limit_in_bytes" : "memory.swap.max");
        if (Files.exists(swap)) {
            Files.writeString(swap, version == 1 ? limit : "0");
        }
        String got = Files.readString(directory.resolve(file)).strip();
        if (!got.equals(limit)) {
            throw new IOException("%s is %s instead of %s".formatted(file, got, limit));
        }
    }

    /** The limit that the kernel keeps, in bytes. */
    public long limit() throws IOException {
        String text =
                Files.readString(
                                directory.resolve(
                                        version == 1 ? "memory.limit_in_bytes" : "memory.max"))
                        .strip();
        return text.equals("max") ? Long.MAX_VALUE : Long.parseLong(text);
    }

    /** Where its files are. */
    public Path directory() {
        return directory;
    }

    /** Processes in it that the kernel killed for want of memory, so far. */
    public long kills() throws IOException {
        Path file = directory.resolve(version == 1 ? "memory.oom_control" : "memory.events");
        return Files.readAllLines(file).stream()
                .filter(line -> line.startsWith("oom_kill "))
                .mapToLong(line -> Long.parseLong(line.substring("oom_kill ".length())))
                .sum();
    }

    /** Bytes that the kernel cannot reclaim, of all that is in it. */
    public long used() throws IOException {
        String wanted = version == 1 ? "total_rss " : "anon ";
        return Files.readAllLines(directory.resolve("memory.stat")).stream()
                .filter(line -> line.startsWith(wanted))
                .mapToLong(line -> Long.parseLong(line.substring(wanted.length())))
                .findFirst()
                .orElse(0);
    }

    /** Words for a shell that moves itself in here before it becomes the command that follows. */
    public List<String> into() {
        return List.of(
                "sh", "-c", "echo $$ >\"$0\"/cgroup.procs && exec \"$@\"", directory.toString());
    }

    private List<Long> processes() throws IOException {
        try {
            return Files.readAllLines(directory.resolve("cgroup.procs")).stream()
                    .map(Long::valueOf)
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    /**
     * Ends what is left in it and removes it.
     *
     * @throws IOException when something in it cannot be ended
     */
    public void remove() throws IOException {
        long until = System.nanoTime() + EMPTIED_WITHIN.toNanos();
        while (!gone()) {
            if (System.nanoTime() > until) {
                throw new IOException(
                        "processes %s in %s do not end".formatted(processes(), directory));
            }
            for (long pid : processes()) {
                ProcessHandle.of(pid).ifPresent(MemoryGroup::end);
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /** One that has ended, or has just been started, may keep it busy for a moment. */
    private boolean gone() throws IOException {
        if (!processes().isEmpty()) {
            return false;
        }
        try {
            Files.deleteIfExists(directory);
            return true;
        } catch (FileSystemException e) {
            return false;
        }
    }

    private static void end(ProcessHandle process) {
        process.destroyForcibly();
        try {
            process.onExit().get(1, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            // Looked at again.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
