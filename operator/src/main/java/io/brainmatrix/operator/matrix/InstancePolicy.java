package io.brainmatrix.operator.matrix;

import io.brainmatrix.api.v1alpha1.Bytes;
import io.brainmatrix.api.v1alpha1.Crashes;
import io.brainmatrix.api.v1alpha1.EndClass;
import io.brainmatrix.api.v1alpha1.GpuShare;
import io.brainmatrix.api.v1alpha1.Instance;
import io.brainmatrix.api.v1alpha1.InstanceMemory;
import io.brainmatrix.api.v1alpha1.InstanceStatus;
import io.brainmatrix.api.v1alpha1.Phase;
import io.brainmatrix.api.v1alpha1.PodMemory;
import io.brainmatrix.api.v1alpha1.Reason;
import io.brainmatrix.operator.admission.Candidate;
import io.brainmatrix.operator.admission.InstanceKey;
import io.brainmatrix.operator.admission.Waiting;
import io.brainmatrix.operator.placement.PlacementPlan;
import io.brainmatrix.operator.recovery.EndClassifier;
import io.brainmatrix.operator.recovery.RecoveryPolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Decides about one instance of a matrix, in this order: ends are counted, a life is adopted, a pod
 * is stopped, the rest described.
 */
final class InstancePolicy {
    private InstancePolicy() {}

    record Outcome(InstanceStatus status, List<PodStep> steps) {}

    /** An instance that nobody has seen yet. */
    static InstanceStatus unseen(String name) {
        return new InstanceStatus(
                name,
                null,
                null,
                null,
                0L,
                null,
                null,
                List.of(),
                null,
                null,
                null,
                Crashes.none(),
                null,
                null,
                List.of(),
                null,
                null);
    }

    static Outcome decide(
            MatrixSnapshot snapshot,
            Optional<Instance> wanted,
            InstanceStatus before,
            Replacements replacements) {
        List<PodView> pods =
                snapshot.pods().stream()
                        .filter(p -> p.instance().equals(before.name()))
                        .sorted(Comparator.comparingLong(PodView::life))
                        .toList();
        Draft draft = new Draft(before);
        List<PodStep> steps = new ArrayList<>();
        for (PodView pod : pods) {
            draft.adopt(pod);
            if (pod.end().isPresent()) {
                draft.count(snapshot, pod);
                steps.add(new PodStep.Forget(pod.name(), pod.uid()));
            }
        }
        Optional<PodView> living =
                pods.stream()
                        .filter(p -> p.end().isEmpty())
                        .max(Comparator.comparingLong(PodView::life));
        if (living.isPresent()) {
            living(snapshot, wanted, living.get(), draft, replacements).ifPresent(steps::add);
        } else {
            absent(snapshot, wanted, draft);
        }
        draft.memory(snapshot, wanted, living);
        draft.gpu(snapshot, wanted, living);
        return new Outcome(draft.build(snapshot), steps);
    }

    private static Optional<PodStep> living(
            MatrixSnapshot snapshot,
            Optional<Instance> wanted,
            PodView pod,
            Draft draft,
            Replacements replacements) {
        draft.pod = pod.name();
        pod.node().ifPresent(node -> draft.node = node);
        draft.queuePosition = null;
        draft.nextAttempt = null;
        draft.admitted = true;
        draft.ready = pod.ready() && !pod.deleting();
        if (pod.everReady()) {
            draft.startedOnce = true;
            draft.retries = null;
            draft.modelMissingOn.clear();
        }
        Optional<Reason> stop = whyStop(snapshot, wanted, pod, replacements);
        if (pod.deleting() || stop.isPresent()) {
            draft.say(
                    Phase.Stopping,
                    Reason.WaitingForPreviousPod,
                    "pod `%s` is ending".formatted(pod.name()));
            stop.ifPresent(why -> draft.say(Phase.Stopping, why, stopMessage(why, pod)));
            return pod.deleting()
                    ? Optional.empty()
                    : stop.map(why -> new PodStep.Stop(pod.name(), pod.uid(), why));
        }
        String edit = outdated(snapshot, wanted, pod) ? keptMessage(snapshot, pod) : "";
        if (!pod.ready() && !pod.nodeAnswers()) {
            draft.say(
                    Phase.Loading,
                    Reason.NodeLost,
                    "node `%s` does not answer; pod `%s` stays charged until it is known to have ended"
                            .formatted(pod.node().orElse(""), pod.name()));
        } else if (pod.ready()) {
            draft.say(Phase.Ready, Reason.Ready, "answers requests" + edit);
        } else {
            draft.say(
                    Phase.Loading,
                    Reason.Loading,
                    "pod `%s` %s%s"
                            .formatted(
                                    pod.name(), loading(snapshot.memory().get(pod.uid())), edit));
        }
        return Optional.empty();
    }

    private static String loading(@Nullable PodMemory memory) {
        return memory == null || memory.phase() == null
                ? "is starting"
                : "is in phase " + memory.phase();
    }

    private static Optional<Reason> whyStop(
            MatrixSnapshot snapshot,
            Optional<Instance> wanted,
            PodView pod,
            Replacements replacements) {
        if (wanted.isEmpty()) {
            return Optional.of(Reason.Removed);
        }
        if (Boolean.TRUE.equals(snapshot.matrix().getSpec().suspend())) {
            return Optional.of(Reason.Suspended);
        }
        // One that loads is outdated at once: its load would only be thrown away.
        boolean now = !pod.everReady() || replacements.mayReplace(pod.instance());
        return outdated(snapshot, wanted, pod)
                        && !snapshot.modelHindrances().containsKey(pod.instance())
                        && now
                ? Optional.of(Reason.Edited)
                : Optional.empty();
    }

    private static boolean outdated(
            MatrixSnapshot snapshot, Optional<Instance> wanted, PodView pod) {
        return wanted.isPresent() && !pod.specHash().equals(snapshot.hashes().get(pod.instance()));
    }

    private static String keptMessage(MatrixSnapshot snapshot, PodView pod) {
        Candidate.Hindrance hindrance = snapshot.modelHindrances().get(pod.instance());
        return hindrance == null
                ? "; its edit waits for another instance's"
                : "; its edit is not applied: " + hindrance.message();
    }

    private static String stopMessage(Reason why, PodView pod) {
        return switch (why) {
            case Edited ->
                    "its spec changed: pod `%s` ends, then the new one is let in"
                            .formatted(pod.name());
            case Suspended -> "`spec.suspend` is true: pod `%s` ends".formatted(pod.name());
            default -> "removed from the spec: pod `%s` ends".formatted(pod.name());
        };
    }

    private static void absent(MatrixSnapshot snapshot, Optional<Instance> wanted, Draft draft) {
        draft.pod = null;
        draft.admitted = false;
        draft.ready = false;
        draft.queuePosition = null;
        if (wanted.isEmpty()) {
            draft.node = null;
            draft.nextAttempt = null;
            draft.say(Phase.Stopped, Reason.Removed, "no longer in the spec");
            return;
        }
        PlacementPlan placement = snapshot.placements().get(draft.name);
        if (placement instanceof PlacementPlan.NoNodeFits none) {
            draft.node = null;
            draft.say(Phase.Waiting, Reason.NoNodeFits, none.message());
            return;
        }
        if (placement instanceof PlacementPlan.BudgetExceedsNode tooBig) {
            draft.node = null;
            draft.say(Phase.Waiting, Reason.BudgetExceedsNode, tooBig.message());
            return;
        }
        if (placement instanceof PlacementPlan.Place(String node)) {
            draft.node = node;
        }
        var metadata = snapshot.matrix().getMetadata();
        Waiting waiting =
                snapshot.waiting()
                        .get(
                                new InstanceKey(
                                        metadata.getNamespace(),
                                        metadata.getName(),
                                        metadata.getUid(),
                                        draft.name));
        if (draft.specHash != null && !draft.specHash.equals(snapshot.hashes().get(draft.name))) {
            draft.modelMissingOn.clear(); // it may name another model by now
        }
        if (draft.tellsOfItsEnd(snapshot)) {
            return;
        }
        if (waiting == null) {
            draft.say(
                    Phase.Waiting,
                    Reason.WaitingForReading,
                    "placed on node `%s`; not judged there yet".formatted(draft.node));
            return;
        }
        waiting.queuePosition().ifPresent(position -> draft.queuePosition = position);
        draft.waits(waiting, snapshot.now());
    }

    /**
     * The status in the making; the only mutable thing of this package, and it never leaves this
     * class.
     */
    private static final class Draft {
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
        boolean admitted;
        boolean ready;

        /** What the latest end left to say, for as long as its delay runs. */
        @Nullable String afterEnd;

        @Nullable Reason reasonAfterEnd;

        Draft(InstanceStatus before) {
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
            if (before.phase() == Phase.BackOff
                    || before.phase() == Phase.Faulty
                    || before.phase() == Phase.Suspended) {
                afterEnd = before.message();
                reasonAfterEnd = before.reason();
            }
        }

        /**
         * A life never seen before: another desired pod than the last one's starts with all its
         * tries.
         */
        void adopt(PodView life) {
            if (life.life() <= lives) {
                return;
            }
            if (specHash != null && !specHash.equals(life.specHash())) {
                crashes = new Crashes(crashes.total(), 0, crashes.shed(), crashes.recent());
                retries = null;
                modelMissingOn.clear();
            }
            lives = life.life();
            specHash = life.specHash();
            nextAttempt = null;
            afterEnd = null;
            reasonAfterEnd = null;
        }

        void count(MatrixSnapshot snapshot, PodView ended) {
            var end = ended.end().orElseThrow();
            EndClass endClass = EndClassifier.classify(end);
            boolean known =
                    crashes.recent().stream().anyMatch(c -> c.podUid().equals(end.podUid()));
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
            if (aftermath.reason().filter(r -> r == Reason.ModelMissing).isPresent()) {
                ended.node().ifPresent(modelMissingOn::add);
            }
            afterEnd = aftermath.message();
            reasonAfterEnd = aftermath.reason().orElse(null);
        }

        /**
         * As long as the delay after an end runs, what that end said is the reason, whatever the
         * queue says; the queue may not even have seen yet that the pod is gone.
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
                        case ModelNotAllowed, PodRefused, OverNamespaceLimit -> Phase.Faulty;
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
                    gpu);
        }
    }
}
