package io.brainmatrix.pod.lifecycle;

import io.brainmatrix.pod.engine.Desk;
import io.brainmatrix.pod.mind.Mind;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;

/**
 * SIGTERM: new requests are refused and those that wait turned away, those that run may end; what
 * still runs when the time is over is cut short at its next token, then the process ends. The
 * operator gives a pod 20 s.
 */
final class Drain implements Runnable {
    /** For answers to come to their own end. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** For those that are cut short to go out: a token, or the batch of a prompt. */
    private static final Duration CUT = Duration.ofSeconds(5);

    /** For answers that are complete to reach their clients. */
    private static final Duration OUT = Duration.ofSeconds(1);

    /** For what was thought to be told. */
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    private static final long LOOK_NANOS = 10_000_000L;

    private final Vitals vitals;
    private final LastWords words;

    Drain(Vitals vitals, LastWords words) {
        this.vitals = vitals;
        this.words = words;
    }

    @Override
    public void run() {
        vitals.step(s -> s.in(Phase.Draining));
        words.write();
        Optional<Desk> desk = vitals.desk();
        vitals.mind().ifPresent(Mind::stop);
        desk.ifPresent(Desk::close);
        desk.ifPresent(d -> noneWithin(d::running, PATIENCE));
        desk.ifPresent(Desk::cutShort);
        desk.ifPresent(d -> noneWithin(d::running, CUT));
        noneWithin(vitals::inFlight, OUT);
        vitals.mind().ifPresent(m -> m.farewell(FAREWELL));
        words.end(ExitCode.Drained, "ended by SIGTERM");
    }

    private static void noneWithin(IntSupplier left, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (left.getAsInt() > 0 && System.nanoTime() < deadline) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }
}
