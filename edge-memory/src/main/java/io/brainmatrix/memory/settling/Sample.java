package io.brainmatrix.memory.settling;

/**
 * One reading of a node's available memory.
 *
 * @param atNanos on a monotonic clock
 * @param available bytes
 */
public record Sample(long atNanos, long available) {}
