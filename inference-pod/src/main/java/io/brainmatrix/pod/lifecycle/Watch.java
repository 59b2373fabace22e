package io.brainmatrix.pod.lifecycle;

import io.brainmatrix.pod.engine.Desk;
import io.brainmatrix.pod.memory.Ladder;
import io.brainmatrix.pod.memory.LoadGuardPolicy;
import io.brainmatrix.pod.memory.Pace;
import io.brainmatrix.pod.memory.Rung;
import io.brainmatrix.pod.memory.Samples;
import io.brainmatrix.pod.memory.ServingPolicy.Bounds;
import io.brainmatrix.pod.memory.ServingPolicy.Cause;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What follows from a look of the guard: a load that would pass the limit ends, the ladder is
 * climbed. On the guard's thread: it allocates nothing as long as nothing follows, and waits for
 * nobody.
 */
final class Watch implements Consumer<Samples> {
    private static final double MEBIBYTE = 1 << 20;

    /**
     * When memory moved by more than this part of the limit the black box is written at once: what
     * a fast ramp ends must show the ramp.
     */
    private static final long MOVES = 16;

    private final Vitals vitals;
    private final LastWords words;
    private final Recorder recorder;
    private final boolean guarded;

    /** Bytes, as the recorder was last woken for; for the guard's thread alone. */
    private long recorded;

    private volatile Pace pace = Pace.UNKNOWN;

    /** Absent until the footprint is known, and for good where memory ends nothing. */
    private volatile @Nullable Bounds bounds;

    private volatile @Nullable Ladder ladder;

    /**
     * A watch over one life.
     *
     * @param guarded whether memory ends it; false leaves the limit to the kernel alone
     */
    Watch(Vitals vitals, LastWords words, Recorder recorder, boolean guarded) {
        this.vitals = vitals;
        this.words = words;
        this.recorder = recorder;
        this.guarded = guarded;
    }

    /** How often to look. */
    Pace pace() {
        return pace;
    }

    /** From before the first byte of the model. */
    void keepTo(Bounds known) {
        pace = new Pace(known.limit(), known.nodeEnd(), Pace.FAST_NANOS);
        if (guarded) {
            bounds = known;
        }
    }

    /** Once the model is loaded. */
    void climb() {
        pace = new Pace(pace.limit(), pace.floor(), Pace.CALM_NANOS);
        Bounds known = bounds;
        if (known != null) {
            Ladder steps = new Ladder(known);
            vitals.climbs(steps);
            ladder = steps;
        }
    }

    @Override
    public void accept(Samples samples) {
        act(samples);
        // Afterwards: what ends now would wait for a black box that is being written.
        long held = samples.held(0);
        if (Math.abs(held - recorded) > pace.limit() / MOVES) {
            recorded = held;
            recorder.wake();
        }
    }

    private void act(Samples samples) {
        Bounds known = bounds;
        if (known == null) {
            return;
        }
        if (vitals.state().phase() == Phase.Loading) {
            load(samples, known);
        }
        Ladder present = ladder;
        Desk desk = vitals.presentDesk();
        if (present != null && desk != null) {
            climb(samples, desk, present);
        }
    }

    private void load(Samples samples, Bounds known) {
        Cause cause = LoadGuardPolicy.judge(samples, known);
        if (cause == Cause.Node) {
            words.end(ExitCode.ShedForNode, Ladder.nodeMessage(samples, known));
        } else if (cause != Cause.None) {
            words.end(
                    ExitCode.LoadAborted,
                    "the load's projection %.0fMi passes the budget %.0fMi; raise `budget.ram` or lower `engine.contextLength`"
                            .formatted(
                                    LoadGuardPolicy.projection(samples) / MEBIBYTE,
                                    known.limit() / MEBIBYTE));
        }
    }

    private void climb(Samples samples, Desk desk, Ladder present) {
        Rung before = present.rung();
        Optional<Ladder.Ending> ending = present.look(samples, desk.running());
        if (ending.isPresent()) {
            words.end(code(ending.get().cause()), ending.get().message());
        }
        if (present.rung() != before) {
            if (present.rung() == Rung.End) {
                vitals.step(s -> s.in(Phase.Draining));
            }
            recorder.wake();
        }
    }

    private static ExitCode code(Cause cause) {
        return cause == Cause.Node ? ExitCode.ShedForNode : ExitCode.GuardEnded;
    }
}
