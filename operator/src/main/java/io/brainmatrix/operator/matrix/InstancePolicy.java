package io.brainmatrix.operator.matrix;

import io.brainmatrix.api.v1alpha1.Crashes;
import io.brainmatrix.api.v1alpha1.Instance;
import io.brainmatrix.api.v1alpha1.InstanceStatus;
import io.brainmatrix.api.v1alpha1.Phase;
import io.brainmatrix.api.v1alpha1.PodMemory;
import io.brainmatrix.api.v1alpha1.Reason;
import io.brainmatrix.operator.admission.Candidate;
import io.brainmatrix.operator.admission.InstanceKey;
import io.brainmatrix.operator.admission.Waiting;
import io.brainmatrix.operator.placement.PlacementPlan;
import io.brainmatrix.operator.recovery.PodEnd;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
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
                null,
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
        InstanceDraft draft = new InstanceDraft(before);
        List<PodStep> steps = new ArrayList<>();
        for (PodView pod : pods) {
            draft.adopt(pod);
            if (pod.end().isPresent()) {
                draft.count(snapshot, pod);
            }
            if (pod.end().filter(PodEnd::over).isPresent()) {
                steps.add(new PodStep.Forget(pod.name(), pod.uid()));
            }
        }
        Optional<PodView> living =
                pods.stream()
                        .filter(p -> p.end().isEmpty())
                        // A cache may still show alive what was counted as ended by a later look.
                        .filter(p -> !draft.crashes.has(p.uid()))
                        .max(Comparator.comparingLong(PodView::life));
        if (living.isPresent()) {
            living(snapshot, wanted, living.get(), draft, replacements).ifPresent(steps::add);
        } else {
            absent(snapshot, wanted, draft);
        }
        draft.memory(snapshot, wanted, living);
        draft.gpu(snapshot, wanted, living);
        draft.model(snapshot, living);
        draft.mind(snapshot, living);
        return new Outcome(draft.build(snapshot), steps);
    }

    /** Also of a pod that is deleted: it does not end before its node hears of it. */
    private static void saySilent(InstanceDraft draft, Phase phase, PodView pod) {
        draft.say(
                phase,
                Reason.NodeLost,
                "node `%s` does not answer; pod `%s` stays charged until it is known to have ended"
                        .formatted(pod.node().orElse(""), pod.name()));
    }

    private static Optional<PodStep> living(
            MatrixSnapshot snapshot,
            Optional<Instance> wanted,
            PodView pod,
            InstanceDraft draft,
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
        boolean silent = !pod.ready() && !pod.nodeAnswers();
        Optional<Reason> stop = whyStop(snapshot, wanted, pod, replacements);
        if (pod.deleting() || stop.isPresent()) {
            if (silent) {
                saySilent(draft, Phase.Stopping, pod);
            } else {
                draft.say(
                        Phase.Stopping,
                        Reason.WaitingForPreviousPod,
                        "pod `%s` is ending".formatted(pod.name()));
            }
            stop.ifPresent(why -> draft.say(Phase.Stopping, why, stopMessage(why, pod)));
            return pod.deleting()
                    ? Optional.empty()
                    : stop.map(why -> new PodStep.Stop(pod.name(), pod.uid(), why));
        }
        String edit = outdated(snapshot, wanted, pod) ? keptMessage(snapshot, pod) : "";
        if (silent) {
            saySilent(draft, Phase.Loading, pod);
        } else if (pod.ready()) {
            draft.say(
                    Phase.Ready,
                    Reason.Ready,
                    "answers requests" + swapping(snapshot.memory().get(pod.uid())) + edit);
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

    /** Without figures: they change all the time, and NodeMemory has them. */
    private static String swapping(@Nullable PodMemory memory) {
        return memory == null || memory.swap() == null
                ? ""
                : "; its memory may go to swap, so its budget is not all RAM: turn swap off for pods (kubelet `memorySwap.swapBehavior: NoSwap`)";
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

    private static void absent(
            MatrixSnapshot snapshot, Optional<Instance> wanted, InstanceDraft draft) {
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
        boolean edited =
                draft.specHash != null && !draft.specHash.equals(snapshot.hashes().get(draft.name));
        if (edited) {
            draft.modelMissingOn.clear(); // it may name another model by now
        }
        Optional<String> found = draft.hears(snapshot, edited);
        if (found.isPresent()) {
            draft.say(
                    Phase.Waiting,
                    Reason.WaitingInQueue,
                    "its model's file came or changed on node `%s`; not judged yet"
                            .formatted(found.get()));
            return;
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
}
