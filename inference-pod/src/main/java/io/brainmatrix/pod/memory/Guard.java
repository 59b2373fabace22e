package io.brainmatrix.pod.memory;

import io.brainmatrix.memory.Cgroup;
import io.brainmatrix.memory.MemoryWatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The thread that samples this pod's and the node's memory, from before the first byte of a model
 * to the end. In steady state it allocates nothing and writes nothing: neither a full heap nor a
 * busy disk holds it up. A collection of the pod's small heap stops it for as long as it takes.
 */
public final class Guard {
    private static final System.Logger LOG = System.getLogger(Guard.class.getName());

    /** Of the latest samples, for reports. */
    private static final int TOLD = 12;

    private final MemoryWatch watch;
    private final Supplier<Pace> pace;
    private final Consumer<Samples> seen;

    /** Written by the guard's thread under this object's lock, read by it without. */
    private final Samples samples = new Samples();

    private long peak;

    /** Whether the last look failed; for its thread alone. */
    private boolean blind;

    /**
     * A guard that is not running yet.
     *
     * @param proc the node's, such as {@code /proc}
     * @param pace how often to look; asked after each look
     * @param seen gets the samples after each look, on the guard's thread; must not block
     * @throws IOException when there is nothing to look at
     */
    public Guard(Cgroup cgroup, Path proc, Supplier<Pace> pace, Consumer<Samples> seen)
            throws IOException {
        this.watch = cgroup.watch(proc);
        this.pace = pace;
        this.seen = seen;
    }

    /**
     * Takes a first sample and starts the thread, at the highest priority that a thread may have.
     *
     * @throws IOException when memory cannot be read
     */
    public void start() throws IOException {
        look();
        Thread thread = new Thread(this::watch, "guard");
        thread.setPriority(Thread.MAX_PRIORITY);
        thread.setDaemon(true);
        thread.start();
    }

    private void watch() {
        while (!Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(pace.get().next(samples));
            try {
                look();
                blind = false;
            } catch (IOException
                    | RuntimeException e) { // one that ends is worse than a look missed
                if (!blind) {
                    LOG.log(System.Logger.Level.ERROR, "A look at memory failed, looking on", e);
                }
                blind = true;
            }
        }
    }

    private void look() throws IOException {
        watch.look();
        synchronized (this) {
            samples.add(
                    System.currentTimeMillis(),
                    System.nanoTime(),
                    watch.used(),
                    watch.swapped(),
                    watch.swappedIn(),
                    watch.available());
            peak = Math.max(peak, watch.used());
        }
        seen.accept(samples);
    }

    /** A few of the latest samples, newest last; never empty after the start. */
    public synchronized List<MemorySample> samples() {
        return samples.latest(TOLD);
    }

    /** Bytes per second that came back from swap, over the last second. */
    public synchronized double swapIn() {
        return samples.swapIn(ServingPolicy.SWAP_NANOS);
    }

    /** The most that was used at any sample, in bytes. */
    public synchronized long peak() {
        return peak;
    }
}
