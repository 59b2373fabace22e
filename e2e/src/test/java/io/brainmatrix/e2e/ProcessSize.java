package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a pod's process has of what leaks. Threads are those beside the carriers of virtual ones,
 * which come with the work and go half a minute after it.
 *
 * @param heap what lives there after a full collection; empty where no tool can ask for it
 */
record ProcessSize(int files, int threads, Optional<HeapHistogram> heap, long anonymousMib) {
    /**
     * What a pass that is under way holds, and what a cache holds more of one state than another.
     */
    private static final long GROWTH_KIB = 1024;

    private static final int SLACK = 2;
    private static final String CARRIER = "ForkJoinPool";

    /** Collects its heap first. */
    static ProcessSize of(Pod pod) {
        long pid = pid(pod);
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        String printed = World.output(jcmd.toString(), Long.toString(pid), "GC.class_histogram");
        return of(pod, pid, Optional.of(HeapHistogram.parse(printed)));
    }

    /**
     * Of one whose files are read-only: a tool that asks for the heap needs a place for a socket.
     */
    static ProcessSize withoutHeap(Pod pod) {
        return of(pod, pid(pod), Optional.empty());
    }

    private static long pid(Pod pod) {
        return World.processes(pod).getFirst().pid();
    }

    private static ProcessSize of(Pod pod, long pid, Optional<HeapHistogram> heap) {
        Path proc = Path.of("/proc", Long.toString(pid));
        return new ProcessSize(
                files(proc.resolve("fd")),
                threads(proc.resolve("task")),
                heap,
                World.anonymous(pod) >> 20);
    }

    /** The fewest files and threads of both; all else of this one. */
    ProcessSize fewest(ProcessSize other) {
        return new ProcessSize(
                Math.min(files, other.files), Math.min(threads, other.threads), heap, anonymousMib);
    }

    /** Growth is what leaks look like: a pool that had no work may have let threads go. */
    void assertNotGrownSince(ProcessSize before) {
        assertNoMoreOpenSince(before);
        assertHeapNotGrownSince(before);
    }

    /** Files and threads. */
    void assertNoMoreOpenSince(ProcessSize before) {
        assertThat(files - before.files())
                .as("file descriptors more than before: %s, now %s", before, this)
                .isLessThanOrEqualTo(SLACK);
        assertThat(threads - before.threads())
                .as("threads more than before: %s, now %s", before, this)
                .isLessThanOrEqualTo(SLACK);
    }

    private void assertHeapNotGrownSince(ProcessSize before) {
        heap.ifPresent(
                now ->
                        assertThat((now.total() - before.heap().orElseThrow().total()) >> 10)
                                .as("KiB by which the heap has grown: " + heapGrownSince(before))
                                .isLessThanOrEqualTo(GROWTH_KIB));
    }

    /**
     * The classes of which more lives on the heap, the most first; nothing where none was asked.
     */
    String heapGrownSince(ProcessSize before) {
        return heap.map(now -> now.growthSince(before.heap().orElseThrow(), 15)).orElse("");
    }

    @Override
    public String toString() {
        return "%d files, %d threads, %s%d MiB anonymous"
                .formatted(
                        files,
                        threads,
                        heap.map(h -> (h.total() >> 10) + " KiB of heap, ").orElse(""),
                        anonymousMib);
    }

    private static int files(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return (int) entries.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int threads(Path tasks) {
        int count = 0;
        try (DirectoryStream<Path> all = Files.newDirectoryStream(tasks)) {
            for (Path task : all) {
                if (!isCarrier(task)) {
                    count++;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return count;
    }

    /** One that has ended meanwhile is none of those that stay either. */
    private static boolean isCarrier(Path task) {
        try {
            return Files.readString(task.resolve("comm")).startsWith(CARRIER);
        } catch (IOException e) {
            return true;
        }
    }
}
