package io.brainmatrix.pod.memory;

import java.time.Instant;

/**
 * One look at memory, in bytes.
 *
 * @param nanos on the monotonic clock
 * @param used by this pod's cgroup, not reclaimable
 * @param nodeAvailable of the whole node
 */
public record MemorySample(Instant at, long nanos, long used, long nodeAvailable) {}
