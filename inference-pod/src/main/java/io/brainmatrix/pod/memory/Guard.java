package io.brainmatrix.pod.memory;

import io.brainmatrix.memory.Cgroup;
import io.brainmatrix.memory.MemInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The thread that samples this pod's and the node's memory, from before the first byte of a model
 * to the end.
 */
public final class Guard {
    private static final long FAST_NANOS = 50_000_000L;
    private static final long CALM_NANOS = 250_000_000L;
    private static final int KEPT = 8;

    private final Cgroup cgroup;
    private final Path proc;
    private final BooleanSupplier loading;
    private final Consumer<List<MemorySample>> seen;
    private final Deque<MemorySample> samples = new ArrayDeque<>();
    private long peak;

    /**
     * A guard that is not running yet.
     *
     * @param loading whether to sample fast
     * @param seen gets the latest samples after each look, newest last; must not block
     */
    public Guard(
            Cgroup cgroup, Path proc, BooleanSupplier loading, Consumer<List<MemorySample>> seen) {
        this.cgroup = cgroup;
        this.proc = proc;
        this.loading = loading;
        this.seen = seen;
    }

    /**
     * Takes a first sample and starts the thread, at the highest priority that a thread may have.
     */
    public void start() {
        look();
        Thread thread = new Thread(this::watch, "guard");
        thread.setPriority(Thread.MAX_PRIORITY);
        thread.setDaemon(true);
        thread.start();
    }

    private void watch() {
        while (!Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(loading.getAsBoolean() ? FAST_NANOS : CALM_NANOS);
            look();
        }
    }

    private void look() {
        MemorySample sample;
        try {
            sample =
                    new MemorySample(
                            Instant.now(),
                            System.nanoTime(),
                            cgroup.used(),
                            MemInfo.read(proc).available());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the node's memory", e);
        }
        List<MemorySample> latest;
        synchronized (this) {
            samples.addLast(sample);
            if (samples.size() > KEPT) {
                samples.removeFirst();
            }
            peak = Math.max(peak, sample.used());
            latest = new ArrayList<>(samples);
        }
        seen.accept(latest);
    }

    /** The latest samples, newest last; never empty after the start. */
    public synchronized List<MemorySample> samples() {
        return List.copyOf(samples);
    }

    /** The most that was used at any sample, in bytes. */
    public synchronized long peak() {
        return peak;
    }
}
