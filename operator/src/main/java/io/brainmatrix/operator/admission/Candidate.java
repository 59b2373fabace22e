package io.brainmatrix.operator.admission;

import io.brainmatrix.api.v1alpha1.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * An instance of this node that has no pod and shall have one.
 *
 * @param pod name of the pod to be created; carries the life
 * @param commitment what the ledger will charge
 * @param headroomPercent room beyond the commitment that must be free while it is let in
 * @param priority the highest of its own and of all that watch it, transitively
 * @param dependencyDepth 0 for one that watches nobody; a watcher is deeper than all it watches
 * @param since creation of its matrix: the older goes first
 * @param order place in its matrix's spec, the last tie-breaker within a matrix
 * @param waitingSince since when it has no pod, as its status tells; empty when nobody has written
 *     it down yet
 * @param returning whether it has been ready in an earlier life: its memory was its own before
 * @param notBefore end of its backoff
 * @param keptUntil until when the room that it had before its death is kept for it
 * @param hindrance why it may not queue at all
 */
public record Candidate(
        InstanceKey key,
        String pod,
        Commitment commitment,
        int headroomPercent,
        int priority,
        int dependencyDepth,
        Instant since,
        int order,
        SettleDemand settle,
        Optional<Instant> waitingSince,
        boolean returning,
        Optional<Instant> notBefore,
        Optional<Instant> keptUntil,
        Optional<Hindrance> hindrance) {

    /** When memory counts as settled for this candidate; bytes per second. */
    public record SettleDemand(Duration window, long maxSlopePerSecond) {}

    /** Why an instance may not queue. */
    public record Hindrance(Reason reason, String message) {}

    /** Commitment and headroom: what must be free to let it in. */
    public Commitment needed() {
        return commitment.withHeadroom(headroomPercent);
    }

    /** The same candidate, hindered. */
    public Candidate hindered(Hindrance why) {
        return with(notBefore, why);
    }

    /** The same candidate, hindered until a time. */
    public Candidate hinderedUntil(Instant until, Hindrance why) {
        return with(Optional.of(until), why);
    }

    private Candidate with(Optional<Instant> until, Hindrance why) {
        return new Candidate(
                key,
                pod,
                commitment,
                headroomPercent,
                priority,
                dependencyDepth,
                since,
                order,
                settle,
                waitingSince,
                returning,
                until,
                keptUntil,
                Optional.of(why));
    }

    /** The lane's holder that this candidate would be. */
    public Holder holder() {
        return new Holder(key.namespace(), pod, key.matrixUid());
    }
}
