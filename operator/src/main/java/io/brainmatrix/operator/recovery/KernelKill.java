package io.brainmatrix.operator.recovery;

import io.brainmatrix.api.v1alpha1.NodeMemoryStatus;
import io.brainmatrix.api.v1alpha1.OomKills;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether a node's kernel killed something for memory when a pod ended, as the node's agent saw it.
 * The kernel counts all kills together: that this pod was the one, other evidence must say.
 */
public enum KernelKill {
    /** It killed something about then. */
    Seen,
    /** It killed nothing about then. */
    NotSeen,
    /** Nobody looked. */
    Unknown;

    /**
     * An end is told in whole seconds, rounded down, and a calm agent looks once a second: a kill
     * is seen from a moment before that second until as long after it.
     */
    private static final Duration BEFORE = Duration.ofMillis(250);

    private static final Duration AFTER = Duration.ofMillis(2500);

    /**
     * Judges by the agent's latest writing; its times and the end's are of the same clock, the
     * node's.
     *
     * @param status of the pod's node; empty where there is no agent
     * @param endedAt as the kubelet told it
     */
    public static KernelKill at(Optional<NodeMemoryStatus> status, Instant endedAt) {
        OomKills kills = status.map(NodeMemoryStatus::oomKills).orElse(null);
        if (kills == null) {
            return Unknown;
        }
        Instant from = endedAt.minus(BEFORE);
        Instant until = endedAt.plus(AFTER);
        if (kills.recent().stream().anyMatch(k -> !k.isBefore(from) && !k.isAfter(until))) {
            return Seen;
        }
        // Of a storm longer than what is kept nothing is known before its oldest.
        boolean forgotten =
                kills.recent().size() == OomKills.RECENT_MAX
                        && kills.recent().getLast().isAfter(until);
        Instant heartbeat = status.get().heartbeat();
        return heartbeat != null && heartbeat.isAfter(until) && !forgotten ? NotSeen : Unknown;
    }
}
