package io.brainmatrix.operator.admission;

/**
 * What is free on a node, by one way of counting; bytes, negative when over-committed.
 *
 * @param memory of the node's pool
 * @param gpu of a discrete GPU; 0 where there is none, or none whose memory is told
 */
public record Room(long memory, long gpu) {
    /** Whether a promise has its place in it. */
    public boolean holds(Commitment needed) {
        return needed.memory() <= memory && (needed.discrete() == 0 || needed.discrete() <= gpu);
    }

    /** What is left beside a promise. */
    public Room without(Commitment promised) {
        return new Room(memory - promised.memory(), gpu - promised.discrete());
    }

    /** The smaller of each. */
    public Room least(Room other) {
        return new Room(Math.min(memory, other.memory), Math.min(gpu, other.gpu));
    }
}
