package io.brainmatrix.agent;

import io.brainmatrix.api.v1alpha1.PodMemory;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Judges for each pod whether memory has been settled for a whole window since its load ended: what
 * the node's lane waits for. It counts from when this agent first saw the load ended, on a
 * monotonic clock, because a node's wall clock may jump between the two.
 */
final class LoadWindows {
    private final Map<String, Long> endedAt = new HashMap<>();

    /**
     * Adds the judgement to what the pods said.
     *
     * @param nanos of a monotonic clock, when the latest sample was taken
     * @param settled whether the window that it ends is settled
     */
    List<PodMemory> judge(List<PodMemory> pods, long nanos, boolean settled, Duration window) {
        endedAt.keySet().retainAll(pods.stream().map(PodMemory::podUid).toList());
        return pods.stream()
                .map(
                        pod -> {
                            if (pod.loadEnded() == null) {
                                return pod;
                            }
                            long ended = endedAt.computeIfAbsent(pod.podUid(), uid -> nanos);
                            boolean whole = nanos - ended >= window.toNanos();
                            return pod.judged((settled && whole) ? Boolean.TRUE : null);
                        })
                .toList();
    }
}
