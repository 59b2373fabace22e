package io.brainmatrix.operator.matrix;

import io.brainmatrix.api.v1alpha1.Bytes;
import io.brainmatrix.api.v1alpha1.Crashes;
import io.brainmatrix.api.v1alpha1.EndClass;
import io.brainmatrix.api.v1alpha1.GpuShare;
import io.brainmatrix.api.v1alpha1.Instance;
import io.brainmatrix.api.v1alpha1.InstanceMemory;
import io.brainmatrix.api.v1alpha1.InstanceStatus;
import io.brainmatrix.api.v1alpha1.MindStatus;
import io.brainmatrix.api.v1alpha1.Phase;
import io.brainmatrix.api.v1alpha1.PodMemory;
import io.brainmatrix.api.v1alpha1.Reason;
import io.brainmatrix.operator.admission.Waiting;
import io.brainmatrix.operator.recovery.EndClassifier;
import io.brainmatrix.operator.recovery.PodEnd;
import io.brainmatrix.operator.recovery.RecoveryPolicy;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The status of one instance in the making; the only mutable thing of this package, and it never
 * leaves {@link InstancePolicy}.
 */
final class InstanceDraft {
    final String name;
    final InstanceStatus before;
    @Nullable Phase phase;
    @Nullable Reason reason;
    @Nullable String message;
    @Nullable String node;
    @Nullable String pod;
    long lives;
    @Nullable String specHash;
    @Nullable Boolean startedOnce;
    @Nullable Integer queuePosition;
    Crashes crashes;
    @Nullable Integer retries;
    @Nullable Instant nextAttempt;
    Set<String> modelMissingOn;
    @Nullable InstanceMemory memory;
    @Nullable GpuShare gpu;
    @Nullable String modelFingerprint;
    @Nullable MindStatus mind;
    boolean admitted;
    boolean ready;

    /** What the latest end left to say, for as long as its delay runs. */
    @Nullable String afterEnd;

    @Nullable Reason reasonAfterEnd;

    InstanceDraft(InstanceStatus before) {
        this.before = before;
        name = before.name();
        node = before.node();
        pod = before.pod();
        lives = before.lives() == null ? 0 : before.lives();
        specHash = before.specHash();
        startedOnce = before.startedOnce();
        crashes = before.crashes() == null ? Crashes.none() : before.crashes();
        retries = before.retries();
        nextAttempt = before.nextAttempt();
        modelMissingOn = new TreeSet<>(before.modelMissingOn());
        memory = before.memory();
        gpu = before.gpu();
        modelFingerprint = before.modelFingerprint();
        if (before.phase() == Phase.BackOff
                || before.phase() == Phase.Faulty
                || before.phase() == Phase.Suspended) {
            afterEnd = before.message();
            reasonAfterEnd = before.reason();
        }
    }

    /**
     * A life never seen before: another desired pod than the last one's starts with all its tries.
     */
    void adopt(PodView life) {
        if (life.life() <= lives) {
            return;
        }
        if (specHash != null && !specHash.equals(life.specHash())) {
            crashes = crashes.withAllTries();
            retries = null;
            modelMissingOn.clear();
            modelFingerprint = null; // it may name another model by now
        }
        lives = life.life();
        specHash = life.specHash();
        nextAttempt = null;
        afterEnd = null;
        reasonAfterEnd = null;
    }

    void count(MatrixSnapshot snapshot, PodView ended) {
        var end = ended.end().orElseThrow();
        boolean known = crashes.has(end.podUid());
        // What was written down stands, whatever is told later.
        EndClass endClass = written(end).orElseGet(() -> EndClassifier.classify(end));
        RecoveryPolicy.Aftermath aftermath =
                RecoveryPolicy.afterEnd(
                        new RecoveryPolicy.Tally(crashes, retries == null ? 0 : retries),
                        end,
                        endClass,
                        snapshot.matrix().getSpec().recovery(),
                        snapshot.now());
        crashes = aftermath.tally().crashes();
        retries = aftermath.tally().retries() == 0 ? null : aftermath.tally().retries();
        if (!known) { // the wait began when it was counted
            nextAttempt = aftermath.nextAttempt().orElse(null);
        }
        if (!known && aftermath.reason().filter(r -> r == Reason.ModelMissing).isPresent()) {
            ended.node().ifPresent(modelMissingOn::add);
        }
        afterEnd = aftermath.message();
        reasonAfterEnd = aftermath.reason().orElse(null);
    }

    private Optional<EndClass> written(PodEnd end) {
        return crashes.recent().stream()
                .filter(c -> c.podUid().equals(end.podUid()))
                .flatMap(c -> Optional.ofNullable(c.endClass()).stream())
                .findFirst();
    }

    /**
     * The node where, as a scout says, the file is by now that the latest life found missing, or
     * another in the place of a wrong one: it waits no longer, and its row of faults begins anew.
     *
     * @param edited whether it may name another file by now
     */
    Optional<String> hears(MatrixSnapshot snapshot, boolean edited) {
        Optional<String> found =
                ScoutPolicy.word(snapshot.scouts(), name, lives)
                        .map(ScoutView::node)
                        .filter(
                                n ->
                                        modelMissingOn.remove(n)
                                                || (!edited
                                                        && ScoutPolicy.isWrong(reasonAfterEnd)));
        if (found.isPresent()) {
            nextAttempt = null;
            retries = null;
        }
        return found;
    }

    /**
     * As long as the delay after an end runs, what that end said is the reason, whatever the queue
     * says; the queue may not even have seen yet that the pod is gone.
     */
    boolean tellsOfItsEnd(MatrixSnapshot snapshot) {
        boolean over =
                Boolean.TRUE.equals(snapshot.matrix().getSpec().suspend())
                        || (specHash != null && !specHash.equals(snapshot.hashes().get(name)));
        boolean delayed = nextAttempt != null && nextAttempt.isAfter(snapshot.now());
        Reason why = reasonAfterEnd;
        if (over || why == null || (!delayed && why != Reason.TooManyDeaths)) {
            return false;
        }
        say(phaseAfterEnd(why), why, afterEnd);
        return true;
    }

    private Phase phaseAfterEnd(Reason why) {
        if (why == Reason.TooManyDeaths) {
            return Phase.Suspended;
        }
        return retries == null ? Phase.BackOff : Phase.Faulty;
    }

    void waits(Waiting waiting, Instant now) {
        Phase shown =
                switch (waiting.reason()) {
                    case BackingOff -> phaseAfterEnd(Reason.BackingOff);
                    case TooManyDeaths -> Phase.Suspended;
                    case Suspended -> Phase.Stopped;
                    case ModelNotAllowed, ChronicleMissing, PodRefused, OverNamespaceLimit ->
                            Phase.Faulty;
                    default -> Phase.Waiting;
                };
        say(shown, waiting.reason(), waiting.message());
        if (nextAttempt != null && !nextAttempt.isAfter(now)) {
            nextAttempt = null;
        }
    }

    void memory(MatrixSnapshot snapshot, Optional<Instance> wanted, Optional<PodView> living) {
        Long declared = wanted.map(i -> Bytes.of(i.budget().ram())).orElse(null);
        PodMemory measured = living.map(p -> snapshot.memory().get(p.uid())).orElse(null);
        InstanceMemory old = memory;
        boolean sameLife = living.isPresent() && living.get().name().equals(before.pod());
        if (measured != null) {
            memory =
                    new InstanceMemory(
                            declared, measured.predicted(), measured.steady(), measured.peak());
        } else if (declared == null) {
            memory = null;
        } else if (old != null && (sameLife || living.isEmpty())) {
            memory = new InstanceMemory(declared, old.predicted(), old.steady(), old.peak());
        } else {
            memory = new InstanceMemory(declared, null, null, null);
        }
    }

    /** That of the life before stays until the present one tells. */
    void model(MatrixSnapshot snapshot, Optional<PodView> living) {
        living.map(p -> snapshot.memory().get(p.uid()))
                .map(PodMemory::modelFingerprint)
                .ifPresent(told -> modelFingerprint = told);
    }

    /** As {@link #memory}: what the engine told is so until another life tells. */
    void gpu(MatrixSnapshot snapshot, Optional<Instance> wanted, Optional<PodView> living) {
        Long declared = wanted.map(i -> i.budget().gpu()).map(Bytes::of).orElse(null);
        if (declared == null) {
            gpu = null;
            return;
        }
        boolean sameLife = living.isPresent() && living.get().name().equals(before.pod());
        GpuShare told =
                living.map(p -> snapshot.memory().get(p.uid()))
                        .map(PodMemory::gpu)
                        .orElse(sameLife || living.isEmpty() ? gpu : null);
        gpu =
                told == null
                        ? new GpuShare(declared, null, null, null)
                        : new GpuShare(
                                declared, told.predicted(), told.layersOnGpu(), told.layers());
    }

    /** A pod that did not answer once goes on; one that has ended thinks nothing. */
    void mind(MatrixSnapshot snapshot, Optional<PodView> living) {
        boolean sameLife = living.isPresent() && living.get().name().equals(before.pod());
        PodMemory told = living.map(p -> snapshot.memory().get(p.uid())).orElse(null);
        mind = told != null ? told.mind() : sameLife ? before.mind() : null;
    }

    void say(Phase nextPhase, Reason nextReason, @Nullable String nextMessage) {
        phase = nextPhase;
        reason = nextReason;
        message = nextMessage;
    }

    InstanceStatus build(MatrixSnapshot snapshot) {
        Reason why = reason == null ? Reason.NotObserved : reason;
        String text = message == null ? "" : message;
        return new InstanceStatus(
                name,
                phase,
                node,
                pod,
                lives,
                specHash,
                startedOnce,
                MatrixStatus.instanceConditions(
                        before.conditions(), admitted, ready, why, text, snapshot),
                why,
                text,
                queuePosition,
                crashes,
                retries,
                nextAttempt,
                List.copyOf(modelMissingOn),
                memory,
                gpu,
                modelFingerprint,
                mind);
    }
}
