package io.brainmatrix.pod.lifecycle;

import io.brainmatrix.pod.memory.Rung;
import java.util.concurrent.locks.LockSupport;

/**
 * Keeps the black box current to within a second, tells of rungs, asks whether the engine is hung
 * and whether the heap wants collecting: on a thread of its own, as the disk and the log may keep
 * it waiting, and the guard must not be.
 */
final class Recorder {
    private static final System.Logger LOG = System.getLogger(Recorder.class.getName());

    /** Half of the second that the black box may be old. */
    private static final long INTERVAL_NANOS = 500_000_000L;

    private final Vitals vitals;
    private final LastWords words;
    private final HungRule hung;
    private final HeapRule heap = new HeapRule(Runtime.getRuntime().totalMemory());
    private final Thread thread = new Thread(this::run, "recorder");

    /** As the log was told; for its thread alone. */
    private Rung told = Rung.Free;

    Recorder(Vitals vitals, LastWords words, HungRule hung) {
        this.vitals = vitals;
        this.words = words;
        this.hung = hung;
    }

    void start() {
        thread.setDaemon(true);
        thread.start();
    }

    /** Has it record at once; for anyone, and waits for nobody. */
    void wake() {
        LockSupport.unpark(thread);
    }

    private void run() {
        words.rehearse();
        while (true) {
            LockSupport.parkNanos(INTERVAL_NANOS);
            vitals.ladder()
                    .filter(ladder -> ladder.rung() != told)
                    .ifPresent(
                            ladder -> {
                                told = ladder.rung();
                                LOG.log(
                                        System.Logger.Level.INFO,
                                        "Rung {0} for the sake of {1}",
                                        told,
                                        ladder.cause());
                            });
            words.write();
            vitals.desk()
                    .flatMap(hung::look)
                    .ifPresent(message -> words.end(ExitCode.Hung, message));
            tidy();
        }
    }

    private void tidy() {
        if (heap.due(heapUsed())) {
            System.gc();
            heap.collected(heapUsed());
        }
    }

    private static long heapUsed() {
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
