package io.brainmatrix.operator.matrix;

import io.brainmatrix.api.v1alpha1.BrainMatrixStatus;
import io.brainmatrix.api.v1alpha1.Instance;
import io.brainmatrix.api.v1alpha1.InstanceStatus;
import io.brainmatrix.api.v1alpha1.Reason;
import java.util.Optional;
import java.util.Set;

/**
 * Edits replace instances one after the other: the next is stopped only when no other of the matrix
 * is ending, loading or on its way back. One that waits for memory is not on its way: an edit of
 * another may be what makes the room.
 *
 * @param turn the instance that may be stopped for its edit now
 */
record Replacements(Optional<String> turn) {
    private static final Set<Reason> ON_ITS_WAY =
            Set.of(
                    Reason.Edited,
                    Reason.WaitingForLane,
                    Reason.WaitingInQueue,
                    Reason.WaitingForSettledMemory,
                    Reason.WaitingForPreviousPod);

    static Replacements of(MatrixSnapshot snapshot) {
        boolean busy =
                snapshot.pods().stream()
                                .anyMatch(
                                        p -> p.end().isEmpty() && (p.deleting() || !p.everReady()))
                        || snapshot.matrix().getSpec().instances().stream()
                                .anyMatch(i -> onItsWayBack(snapshot, i.name()));
        if (busy) {
            return new Replacements(Optional.empty());
        }
        return new Replacements(
                snapshot.matrix().getSpec().instances().stream()
                        .map(Instance::name)
                        .filter(name -> outdated(snapshot, name))
                        .findFirst());
    }

    boolean mayReplace(String instance) {
        return turn.filter(instance::equals).isPresent();
    }

    private static boolean outdated(MatrixSnapshot snapshot, String name) {
        return !snapshot.modelHindrances().containsKey(name)
                && snapshot.pods().stream()
                        .anyMatch(
                                p ->
                                        p.instance().equals(name)
                                                && p.end().isEmpty()
                                                && !p.specHash()
                                                        .equals(snapshot.hashes().get(name)));
    }

    private static boolean onItsWayBack(MatrixSnapshot snapshot, String name) {
        BrainMatrixStatus status = snapshot.matrix().getStatus();
        boolean hasPod =
                snapshot.pods().stream()
                        .anyMatch(p -> p.instance().equals(name) && p.end().isEmpty());
        return status != null
                && !hasPod
                && status.instances().stream()
                        .filter(s -> s.name().equals(name))
                        .anyMatch(s -> waitsAfterEdit(s, snapshot.hashes().get(name)));
    }

    private static boolean waitsAfterEdit(
            InstanceStatus status, @org.jspecify.annotations.Nullable String hash) {
        return status.specHash() != null
                && !status.specHash().equals(hash)
                && status.reason() != null
                && ON_ITS_WAY.contains(status.reason());
    }
}
