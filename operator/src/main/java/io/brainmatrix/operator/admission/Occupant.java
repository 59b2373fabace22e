package io.brainmatrix.operator.admission;

import io.brainmatrix.api.v1alpha1.EndClass;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A pod of ours on the node, from its creation until it is gone.
 *
 * @param commitment what the ledger charges
 * @param used memory of its cgroup as it reported it in the node's latest snapshot; empty when it
 *     was not in it
 * @param everReady whether this life was ready at any time, by the kubelet's probes or by its own
 *     report in the node's latest snapshot, whichever tells first
 * @param ready whether it is Ready now
 * @param ended whether its containers have stopped for good: its memory is free
 * @param stopped whether its container has stopped for good, which a kubelet tells a second before
 *     the pod has ended: it loads no more, and is charged until then
 * @param uncounted whether it has ended and its end is not written down yet: until then its room is
 *     kept, for the next life may have a claim to it
 * @param deleting whether somebody asked for its deletion; charged until it has ended or is gone
 * @param loaded whether its load has ended, by its own report
 * @param loadSettled whether the node's memory has been settled for a whole window since then, by
 *     the node's agent
 * @param stuck why it cannot even start, if so
 */
public record Occupant(
        InstanceKey key,
        String pod,
        String podUid,
        Commitment commitment,
        OptionalLong used,
        boolean everReady,
        boolean ready,
        boolean ended,
        boolean stopped,
        boolean uncounted,
        boolean deleting,
        boolean loaded,
        boolean loadSettled,
        Instant created,
        Duration loadTimeout,
        Optional<Stuck> stuck) {

    /**
     * Why a pod cannot start, in the server's words.
     *
     * @param end what its end will be counted as; never a death
     */
    public record Stuck(EndClass end, String message) {}

    /** Whether it may still take what a load takes. */
    public boolean loading() {
        return !stopped && !everReady;
    }

    /** Whether this is the pod that the holder names. */
    public boolean is(Holder holder) {
        return key.namespace().equals(holder.namespace())
                && pod.equals(holder.pod())
                && key.matrixUid().equals(holder.matrixUid());
    }
}
