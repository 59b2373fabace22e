package io.brainmatrix.operator.admission;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Everything that a decision about one node needs, read at one moment.
 *
 * @param allocatable the node's allocatable memory, in bytes
 * @param foreign what the other pods of the node are charged, in bytes
 * @param schedulable whether the node is not cordoned
 * @param reading empty when its agent never published
 */
public record NodeSnapshot(
        String node,
        Instant now,
        long allocatable,
        long foreign,
        boolean schedulable,
        Optional<NodeReading> reading,
        Lane lane,
        List<Occupant> occupants,
        List<Candidate> candidates) {
    public NodeSnapshot {
        occupants = List.copyOf(occupants);
        candidates = List.copyOf(candidates);
    }
}
