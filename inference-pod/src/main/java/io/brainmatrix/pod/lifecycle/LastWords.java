package io.brainmatrix.pod.lifecycle;

import io.brainmatrix.pod.telemetry.BlackBox;
import io.brainmatrix.pod.telemetry.StatusReport;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the black box current to within a second, and ends the process: its last words first, then
 * its own exit code.
 */
final class LastWords {
    private static final System.Logger LOG = System.getLogger(LastWords.class.getName());
    private static final long FRESH_NANOS = 1_000_000_000L;

    /**
     * When memory moved by more than this part of the limit the black box is written at once: what
     * a fast ramp ends must show the ramp.
     */
    private static final long MOVES = 16;

    private final BlackBox blackBox;
    private final Vitals vitals;
    private final @Nullable String bootId;
    private long writtenNanos;
    private long writtenUsed;

    /**
     * The last words of one life.
     *
     * @param bootId of the kernel that it runs under; null where that does not tell
     */
    LastWords(BlackBox blackBox, Vitals vitals, @Nullable String bootId) {
        this.blackBox = blackBox;
        this.vitals = vitals;
        this.bootId = bootId;
    }

    /** Writes down how things are now. */
    void write() {
        write(null);
    }

    /**
     * Writes down how things are, where that was last done more than a second ago or memory has
     * moved since.
     *
     * @param used bytes, by the latest look
     */
    synchronized void writeWhenDue(long used) {
        Long limit = vitals.state().get().limit();
        boolean moved = limit != null && Math.abs(used - writtenUsed) > limit / MOVES;
        if (moved || System.nanoTime() - writtenNanos > FRESH_NANOS) {
            writtenUsed = used;
            write(null);
        }
    }

    /** Never returns. */
    void end(ExitCode code, String message) {
        LOG.log(System.Logger.Level.ERROR, "{0}: {1}", code, message);
        write(new StatusReport.Ending(code.name(), message, code.code()));
        ProcessExit.now(code.code());
    }

    private synchronized void write(StatusReport.@Nullable Ending ending) {
        writtenNanos = System.nanoTime();
        try {
            blackBox.write(
                    StatusReport.termination(
                            vitals.life(),
                            bootId,
                            vitals.state().get(),
                            vitals.samples(),
                            vitals.peak(),
                            vitals.toldRung(),
                            vitals.uptime(),
                            ending));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "The black box cannot be written", e);
        }
    }
}
