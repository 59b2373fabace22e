package io.brainmatrix.pod.lifecycle;

import io.brainmatrix.pod.engine.EngineLine;
import io.brainmatrix.pod.telemetry.BlackBox;
import io.brainmatrix.pod.telemetry.StatusReport;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Writes the black box, and ends the process: its last words first, then its own exit code. {@link
 * Recorder} keeps it current.
 */
final class LastWords {
    private static final System.Logger LOG = System.getLogger(LastWords.class.getName());

    /** Who ends waits no longer for a black box that is being written: see below. */
    private static final long LAST_WORDS_MILLIS = 20;

    /** Nor for the log: a leak of 1 GiB/s takes as many MiB meanwhile. */
    private static final long LAST_LINE_MILLIS = 10;

    private final BlackBox blackBox;
    private final Vitals vitals;
    private final EngineLine engine;
    private final @Nullable String bootId;
    private final ReentrantLock writing = new ReentrantLock();

    /** As it was when last written: an end has no time to look for another. */
    private volatile @Nullable String engineSaid;

    /** Whether the black box has its last words. Guarded by the lock. */
    private boolean ended;

    /**
     * The last words of one life.
     *
     * @param engine where its engine says what it does
     * @param bootId of the kernel that it runs under; null where that does not tell
     */
    LastWords(BlackBox blackBox, Vitals vitals, EngineLine engine, @Nullable String bootId) {
        this.blackBox = blackBox;
        this.vitals = vitals;
        this.engine = engine;
        this.bootId = bootId;
    }

    /** Writes down how things are now; what ended it stays the last. */
    void write() {
        engineSaid = engine.last().orElse(null);
        write(null, Long.MAX_VALUE);
    }

    /** Has classes and code that last words need there before they are. */
    void rehearse() {
        String words = "%.0fMi".formatted(0.0);
        if (termination(new StatusReport.Ending("", words, 0)).isEmpty()) {
            throw new IllegalStateException("a report is never empty");
        }
    }

    /** Never returns: the black box first, then a line for the log, should it take one. */
    void end(ExitCode code, String message) {
        write(new StatusReport.Ending(code.name(), message, code.code()), LAST_WORDS_MILLIS);
        Thread line =
                Thread.ofPlatform()
                        .daemon()
                        .start(() -> LOG.log(System.Logger.Level.ERROR, "{0}: {1}", code, message));
        try {
            line.join(LAST_LINE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        ProcessExit.now(code.code());
    }

    private void write(StatusReport.@Nullable Ending ending, long patienceMillis) {
        try {
            if (!writing.tryLock(patienceMillis, TimeUnit.MILLISECONDS)) {
                return;
            }
            try {
                if (!ended) {
                    ended = ending != null;
                    blackBox.write(termination(ending));
                }
            } finally {
                writing.unlock();
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "The black box cannot be written", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String termination(StatusReport.@Nullable Ending ending) {
        return StatusReport.termination(
                vitals.life(),
                bootId,
                vitals.state(),
                vitals.samples(),
                vitals.peak(),
                vitals.toldRung(),
                vitals.uptime(),
                engineSaid,
                ending);
    }
}
