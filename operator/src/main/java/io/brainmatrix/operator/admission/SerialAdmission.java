package io.brainmatrix.operator.admission;

import io.brainmatrix.api.v1alpha1.EndClass;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One at a time per node, once its memory has settled (R1 to R5).
 *
 * <p>The lane comes first: while somebody holds it, the only questions are whether the holder's pod
 * must be created, ended, or has arrived. Only a free lane opens the gate for the first of the
 * queue that fits; one that does not fit is passed, so that a budget too big for now holds up
 * nobody.
 */
public final class SerialAdmission implements AdmissionPolicy {
    @Override
    public AdmissionDecision decide(NodeSnapshot node) {
        Queue queue = Queue.of(node);
        Map<InstanceKey, Waiting> waiting = new HashMap<>(queue.hindered());
        Optional<Candidate> open = Gate.judge(node, queue.eligible(), waiting);
        Action action =
                node.lane()
                        .holder()
                        .<Action>map(holder -> held(node, holder))
                        .orElseGet(() -> free(node, open));
        return new AdmissionDecision(action, waiting, lookAgain(node));
    }

    private static Action held(NodeSnapshot node, Holder holder) {
        Optional<Occupant> occupant =
                node.occupants().stream().filter(o -> o.is(holder)).findFirst();
        if (occupant.isPresent()) {
            return loading(node, holder, occupant.get());
        }
        return node.candidates().stream()
                .filter(c -> c.holder().equals(holder))
                .findFirst()
                .map(c -> unborn(node, holder, c))
                .orElseGet(() -> new Action.ReleaseLane(holder, "its pod is gone"));
    }

    /**
     * Whoever took the lane died before the pod was made, or before it knew that the lane was not
     * to be had: it is taken by what a cache says, which may be behind. So all is judged again.
     */
    private static Action unborn(NodeSnapshot node, Holder holder, Candidate candidate) {
        if (!node.schedulable() || candidate.hindrance().isPresent()) {
            return new Action.ReleaseLane(holder, "it may no longer be let in");
        }
        if (candidate.notBefore().filter(node.now()::isBefore).isPresent()) {
            return new Action.ReleaseLane(holder, "its wait is not over");
        }
        Optional<Occupant> stray = stray(node);
        if (stray.isPresent()) {
            return new Action.ReleaseLane(
                    holder, "pod `%s` is loading".formatted(stray.get().pod()));
        }
        if (!Gate.fits(node, candidate)) {
            return new Action.ReleaseLane(holder, "it no longer fits");
        }
        Verdict settled = Gate.settled(node, candidate);
        return settled.passes()
                ? new Action.CreatePod(candidate)
                : new Action.ReleaseLane(holder, settled.message());
    }

    private static Action loading(NodeSnapshot node, Holder holder, Occupant pod) {
        if (pod.stopped()) {
            return new Action.ReleaseLane(holder, "its pod has ended");
        }
        if (pod.deleting()) {
            return new Action.Nothing(); // its memory is not free yet
        }
        if (pod.everReady()) {
            return arrived(node, pod)
                    ? new Action.ReleaseLane(holder, "it is ready and memory has settled")
                    : new Action.Nothing();
        }
        if (pod.stuck().isPresent()) {
            Occupant.Stuck stuck = pod.stuck().get();
            return new Action.EndLoad(pod, stuck.end(), stuck.message());
        }
        if (!node.now().isBefore(pod.created().plus(pod.loadTimeout()))) {
            return new Action.EndLoad(
                    pod,
                    EndClass.LoadTimedOut,
                    "not ready within the load timeout of %s".formatted(pod.loadTimeout()));
        }
        return new Action.Nothing();
    }

    /** Memory has settled after this load, in a snapshot that is fresh. */
    private static boolean arrived(NodeSnapshot node, Occupant pod) {
        return pod.loadSettled()
                && node.reading()
                        .filter(r -> r.fresh() && r.settledSince().isPresent())
                        .isPresent();
    }

    private static Action free(NodeSnapshot node, Optional<Candidate> open) {
        if (node.lane().foreign().isPresent()) {
            return new Action.Nothing();
        }
        Optional<Occupant> stray = stray(node);
        if (stray.isPresent()) {
            Occupant pod = stray.get();
            return new Action.ReclaimLane(
                    new Holder(pod.key().namespace(), pod.pod(), pod.key().matrixUid()));
        }
        return open.<Action>map(Action.TakeLane::new).orElseGet(Action.Nothing::new);
    }

    /** A pod that loads though the lane is not its own. */
    private static Optional<Occupant> stray(NodeSnapshot node) {
        return node.occupants().stream().filter(Occupant::loading).findFirst();
    }

    private static Optional<Instant> lookAgain(NodeSnapshot node) {
        Stream<Instant> backoffs = node.candidates().stream().flatMap(c -> c.notBefore().stream());
        Stream<Instant> timeouts =
                node.occupants().stream()
                        .filter(Occupant::loading)
                        .map(o -> o.created().plus(o.loadTimeout()));
        Stream<Instant> turns =
                node.candidates().stream()
                        .flatMap(c -> Turn.of(c, node.now()).stream())
                        .map(Turn::until);
        return Stream.of(backoffs, timeouts, turns)
                .flatMap(s -> s)
                .filter(at -> at.isAfter(node.now()))
                .min(Instant::compareTo);
    }
}
