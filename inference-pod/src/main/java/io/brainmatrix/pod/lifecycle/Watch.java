package io.brainmatrix.pod.lifecycle;

import io.brainmatrix.pod.engine.Desk;
import io.brainmatrix.pod.memory.Ladder;
import io.brainmatrix.pod.memory.LoadGuardPolicy;
import io.brainmatrix.pod.memory.MemorySample;
import io.brainmatrix.pod.memory.Rung;
import io.brainmatrix.pod.memory.ServingPolicy;
import io.brainmatrix.pod.telemetry.PodState;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What follows from a look of the guard, in this order: a load that would pass the limit ends, an
 * engine that is hung ends, the ladder is climbed, the black box is kept current. On the guard's
 * thread.
 */
final class Watch implements Consumer<List<MemorySample>> {
    private static final System.Logger LOG = System.getLogger(Watch.class.getName());
    private static final double MEBIBYTE = 1 << 20;

    private final Vitals vitals;
    private final LastWords words;
    private final HungRule hung;
    private final boolean guarded;

    /**
     * A watch over one life.
     *
     * @param guarded whether memory ends it; false leaves the limit to the kernel alone
     */
    Watch(Vitals vitals, LastWords words, HungRule hung, boolean guarded) {
        this.vitals = vitals;
        this.words = words;
        this.hung = hung;
        this.guarded = guarded;
    }

    @Override
    public void accept(List<MemorySample> samples) {
        load(samples);
        vitals.desk().ifPresent(desk -> served(samples, desk));
        words.writeWhenDue(samples.getLast().used());
    }

    private void load(List<MemorySample> samples) {
        PodState now = vitals.state().get();
        Long limit = now.limit();
        Long predicted = now.predicted();
        if (!guarded || now.phase() != Phase.Loading || limit == null || predicted == null) {
            return;
        }
        LoadGuardPolicy.projectionPastLimit(samples, predicted, limit)
                .ifPresent(
                        projection ->
                                words.end(
                                        ExitCode.LoadAborted,
                                        "the load's projection %.0fMi passes the budget %.0fMi; raise `budget.ram` or lower `engine.contextLength`"
                                                .formatted(
                                                        projection / MEBIBYTE, limit / MEBIBYTE)));
    }

    private void served(List<MemorySample> samples, Desk desk) {
        hung.look(desk).ifPresent(message -> words.end(ExitCode.Hung, message));
        vitals.ladder().ifPresent(ladder -> climb(samples, desk, ladder));
    }

    private void climb(List<MemorySample> samples, Desk desk, Ladder ladder) {
        Rung before = ladder.rung();
        Optional<Ladder.Ending> ending = ladder.look(samples, desk.running());
        ending.ifPresent(e -> words.end(code(e.cause()), e.message()));
        if (ladder.rung() == before) {
            return;
        }
        LOG.log(
                System.Logger.Level.INFO,
                "Rung {0} for the sake of {1}",
                ladder.rung(),
                ladder.cause());
        if (ladder.rung() == Rung.End) {
            vitals.state().updateAndGet(s -> s.in(Phase.Draining));
        }
        words.write();
    }

    private static ExitCode code(ServingPolicy.Cause cause) {
        return cause == ServingPolicy.Cause.Node ? ExitCode.ShedForNode : ExitCode.GuardEnded;
    }
}
