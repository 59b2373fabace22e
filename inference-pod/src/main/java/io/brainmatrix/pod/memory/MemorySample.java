package io.brainmatrix.pod.memory;

import java.time.Instant;

/**
 * One look at memory, in bytes.
 *
 * @param nanos on the monotonic clock
 * @param used by this pod's cgroup, not reclaimable
 * @param swapped of this pod's cgroup, beside what is used
 * @param swappedIn that came back from swap so far, since some moment
 * @param nodeAvailable of the whole node
 */
public record MemorySample(
        Instant at, long nanos, long used, long swapped, long swappedIn, long nodeAvailable) {
    /** One of a pod that has nothing in swap. */
    public MemorySample(Instant at, long nanos, long used, long nodeAvailable) {
        this(at, nanos, used, 0, 0, nodeAvailable);
    }
}
