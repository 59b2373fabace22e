package io.brainmatrix.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What the kernel says of this process alone, in the form of a memory cgroup of version 2: for a
 * machine where none may be made. The numbers are the process's own; the limit in it is kept by
 * nobody but the guard that reads it and the embedded kubelet.
 */
final class OwnMemory {
    /** Between two looks: as often as the guard looks while a model is loaded. */
    private static final long EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final String CGROUP = "cgroup";

    private final Path proc;
    private final Path directory;
    private final Path status;

    /**
     * One that is not kept current yet.
     *
     * @param proc such as {@code /proc}
     * @param directory empty, for its files
     */
    OwnMemory(Path proc, Path directory) {
        this.proc = proc;
        this.directory = directory;
        this.status = proc.resolve("self/status");
    }

    /** As {@code /proc} is, but for this process's cgroup. */
    Path proc() {
        return directory.resolve("proc");
    }

    /** As {@code /sys/fs/cgroup} is in a container. */
    Path cgroups() {
        return directory.resolve(CGROUP);
    }

    /**
     * Makes the files, and keeps them current from now on.
     *
     * @param limit bytes that this process says it may have
     */
    void begin(long limit) throws IOException {
        Path self = Files.createDirectories(proc().resolve("self"));
        Files.createDirectories(cgroups());
        link(proc, proc(), "[!0-9]*", "self");
        link(proc.resolve(Long.toString(ProcessHandle.current().pid())), self, "*", CGROUP);
        Files.writeString(self.resolve(CGROUP), "0::/\n");
        Files.writeString(cgroups().resolve("memory.max"), limit + "\n");
        FileChannel stat = open("memory.stat");
        FileChannel swap = open("memory.swap.current");
        write(stat, swap);
        Thread thread = new Thread(() -> keep(stat, swap), "own-memory");
        thread.setPriority(Thread.MAX_PRIORITY);
        thread.setDaemon(true);
        thread.start();
    }

    private static void link(Path from, Path to, String names, String without) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(from, names)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                if (!name.equals(without)) {
                    Files.createSymbolicLink(to.resolve(name), entry);
                }
            }
        }
    }

    private FileChannel open(String file) throws IOException {
        return FileChannel.open(
                cgroups().resolve(file), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    private void keep(FileChannel stat, FileChannel swap) {
        try {
            while (true) {
                LockSupport.parkNanos(EVERY_NANOS);
                write(stat, swap);
            }
        } catch (IOException e) {
            // Numbers that no longer move would be taken for calm: without them there is no guard.
            System.err.println("own memory can no longer be told: " + e.getMessage());
            Runtime.getRuntime().halt(1);
        }
    }

    /** Constant length: a reader sees the old number or the new one. */
    private void write(FileChannel stat, FileChannel swap) throws IOException {
        long anonymous = 0;
        long shared = 0;
        long swapped = 0;
        for (String line : Files.readAllLines(status)) {
            if (line.startsWith("RssAnon:")) {
                anonymous = bytes(line);
            } else if (line.startsWith("RssShmem:")) {
                shared = bytes(line);
            } else if (line.startsWith("VmSwap:")) {
                swapped = bytes(line);
            }
        }
        put(stat, "anon %015d\nshmem %015d\n".formatted(anonymous, shared));
        put(swap, "%015d\n".formatted(swapped));
    }

    private static long bytes(String line) {
        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
    }

    private static void put(FileChannel file, String text) throws IOException {
        file.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)), 0);
    }
}
