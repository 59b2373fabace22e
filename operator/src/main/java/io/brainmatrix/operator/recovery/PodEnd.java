package io.brainmatrix.operator.recovery;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * All that the cluster tells of a pod that has ended.
 *
 * @param over whether its phase says so; else its container alone has, and its memory may not be
 *     free yet
 * @param exitCode of the container; empty when it never started or its node vanished
 * @param containerReason the runtime's word, such as OOMKilled or Error
 * @param podReason the kubelet's word for the whole pod, such as Evicted
 * @param started whether its container ever ran
 * @param everReady whether it was ever Ready
 * @param stopping why the operator deleted it: an {@link io.brainmatrix.api.v1alpha1.EndClass} or a
 *     reason of the spec; empty when it did not
 * @param deleted whether somebody deleted it
 * @param disruptions reasons of its DisruptionTarget condition
 * @param nodeGone whether its node is no longer there
 * @param rebooted whether its node has started anew since the pod was made
 * @param kernelKill whether its node's kernel killed something for memory at that moment
 * @param startedAt when its container started, by the clock that {@code endedAt} is by
 * @param budget its memory limit, in bytes
 */
public record PodEnd(
        boolean over,
        String podUid,
        long life,
        OptionalInt exitCode,
        Optional<String> containerReason,
        Optional<String> podReason,
        boolean started,
        boolean everReady,
        Optional<String> stopping,
        boolean deleted,
        List<String> disruptions,
        boolean nodeGone,
        boolean rebooted,
        KernelKill kernelKill,
        Optional<Instant> startedAt,
        Instant endedAt,
        long budget,
        LastWords lastWords) {
    public PodEnd {
        disruptions = List.copyOf(disruptions);
    }
}
