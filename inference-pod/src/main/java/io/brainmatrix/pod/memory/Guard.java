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
    private static final System.Logger LOG = System.getLogger(Guard.class.getName());
    private static final long FAST_NANOS = 25_000_000L;

    /** As long as nothing moves: a ramp of 1 GiB/s gets no further than 100 MiB unseen. */
    private static final long CALM_NANOS = 100_000_000L;

    private static final int KEPT = 12;

    /** Between two looks: more than that is a movement, to be looked at closely. */
    private static final long MOVE = 4L << 20;

    private static final long NODE_MOVE = 16L << 20;

    private final Cgroup cgroup;
    private final Path proc;
    private final BooleanSupplier alert;
    private final Consumer<List<MemorySample>> seen;
    private final Deque<MemorySample> samples = new ArrayDeque<>();
    private long peak;

    /** Whether the last look failed; for its thread alone. */
    private boolean blind;

    /**
     * A guard that is not running yet.
     *
     * @param alert whether to sample fast though nothing moves
     * @param seen gets the latest samples after each look, newest last; must not block
     */
    public Guard(
            Cgroup cgroup, Path proc, BooleanSupplier alert, Consumer<List<MemorySample>> seen) {
        this.cgroup = cgroup;
        this.proc = proc;
        this.alert = alert;
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
            LockSupport.parkNanos(alert.getAsBoolean() || moving() ? FAST_NANOS : CALM_NANOS);
            try {
                look();
                blind = false;
            } catch (RuntimeException e) { // a guard that ends is worse than one that missed a look
                if (!blind) {
                    LOG.log(System.Logger.Level.ERROR, "A look at memory failed, looking on", e);
                }
                blind = true;
            }
        }
    }

    private synchronized boolean moving() {
        if (samples.size() < 2) {
            return true;
        }
        var newest = samples.descendingIterator();
        MemorySample last = newest.next();
        MemorySample before = newest.next();
        return Math.abs(last.used() - before.used()) > MOVE
                || before.nodeAvailable() - last.nodeAvailable() > NODE_MOVE;
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
