package io.brainmatrix.pod.lifecycle;

import io.brainmatrix.pod.engine.Desk;
import io.brainmatrix.pod.http.PodServer;
import io.brainmatrix.pod.memory.Guard;
import io.brainmatrix.pod.memory.Ladder;
import io.brainmatrix.pod.memory.MemorySample;
import io.brainmatrix.pod.memory.Rung;
import io.brainmatrix.pod.mind.Mind;
import io.brainmatrix.pod.telemetry.PodState;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What is known of this life at any moment, by any thread: its state, and the parts that come one
 * after the other as it goes on.
 */
final class Vitals {
    private final long begun = System.nanoTime();
    private final AtomicReference<PodState> state = new AtomicReference<>(PodState.begun());
    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private volatile long life;
    private volatile @Nullable Guard guard;
    private volatile @Nullable Desk desk;
    private volatile @Nullable Ladder ladder;
    private volatile @Nullable Mind mind;
    private volatile @Nullable PodServer server;

    /** As it is now. */
    PodState state() {
        return state.get();
    }

    /** Goes on to another one, which is returned. */
    PodState step(UnaryOperator<PodState> change) {
        PodState now = state.updateAndGet(change);
        if (now.phase().compareTo(Phase.Serving) >= 0) {
            started.complete(null);
        }
        return now;
    }

    /** Done once it serves, or never will. */
    CompletableFuture<Void> started() {
        return started;
    }

    /** Which life of its instance this is; 0 until the configuration is read. */
    long life() {
        return life;
    }

    void life(long number) {
        life = number;
    }

    void guardedBy(Guard watcher) {
        guard = watcher;
    }

    void servedBy(Desk requests) {
        desk = requests;
    }

    void climbs(Ladder steps) {
        ladder = steps;
    }

    void thinks(Mind awake) {
        mind = awake;
    }

    void answersBy(PodServer listening) {
        server = listening;
    }

    /** Requests whose answer is not out yet. */
    int inFlight() {
        PodServer present = server;
        return present == null ? 0 : present.inFlight();
    }

    /** Empty until it wakes, and for good where none is declared. */
    Optional<Mind> mind() {
        return Optional.ofNullable(mind);
    }

    /** Empty until the model serves. */
    Optional<Desk> desk() {
        return Optional.ofNullable(desk);
    }

    /** The same without an object, for the guard. */
    @Nullable Desk presentDesk() {
        return desk;
    }

    /** Empty until the model is loaded, and for good where the guard is off. */
    Optional<Ladder> ladder() {
        return Optional.ofNullable(ladder);
    }

    /** {@link Rung#Free} as long as there is no ladder. */
    Rung rung() {
        Ladder present = ladder;
        return present == null ? Rung.Free : present.rung();
    }

    /** Absent as long as there is no ladder. */
    @Nullable Rung toldRung() {
        Ladder present = ladder;
        return present == null ? null : present.rung();
    }

    /** The latest, newest last; empty until the guard has looked. */
    List<MemorySample> samples() {
        Guard present = guard;
        return present == null ? List.of() : present.samples();
    }

    /** The most that was used, in bytes; absent until the guard has looked. */
    @Nullable Long peak() {
        Guard present = guard;
        return present == null ? null : present.peak();
    }

    Duration uptime() {
        return Duration.ofNanos(System.nanoTime() - begun).truncatedTo(ChronoUnit.MILLIS);
    }
}
