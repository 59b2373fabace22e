package io.brainmatrix.operator.admission;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the node's agent published last; bytes.
 *
 * @param fresh whether the operator itself saw it change recently, on its own monotonic clock
 * @param takenAt when the agent took it, on the node's clock
 * @param settledSince on the node's clock; empty while memory moves
 * @param settleWindow the window the agent judged over
 * @param swapping pages going in or out now, or swap on a disk in use
 * @param pressured whether tasks stall for memory
 * @param trouble what swaps or stalls, in words; empty when neither does
 * @param heat which zone is too hot to let anybody in, in words
 * @param gpu memory of a discrete GPU; empty on a unified node, and where nobody tells it
 */
public record NodeReading(
        boolean fresh,
        Instant takenAt,
        long capacity,
        long available,
        long reserve,
        OptionalLong slopePerSecond,
        Optional<Instant> settledSince,
        Duration settleWindow,
        boolean swapping,
        boolean pressured,
        String trouble,
        Optional<String> heat,
        Optional<Gpu> gpu) {

    /** Memory of all devices of a node together. */
    public record Gpu(long total, long used) {}
}
