package io.brainmatrix.operator.matrix;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.PodMemory;
import io.brainmatrix.operator.admission.Candidate;
import io.brainmatrix.operator.admission.InstanceKey;
import io.brainmatrix.operator.admission.Waiting;
import io.brainmatrix.operator.placement.PlacementPlan;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Everything that a decision about one matrix needs, read at one moment.
 *
 * @param hashes hash of the desired pod, by instance
 * @param modelHindrances what is wrong with an instance's model or volume, by instance
 * @param memory what pods report of themselves, by pod UID
 * @param waiting why candidates wait, as the gates of their nodes see it
 * @param placements where instances without a pod go, by instance
 * @param scouts all of this matrix
 * @param roomForScouts nodes that can be charged for one more
 */
public record MatrixSnapshot(
        BrainMatrix matrix,
        Instant now,
        List<PodView> pods,
        Map<String, String> hashes,
        Map<String, Candidate.Hindrance> modelHindrances,
        Map<String, PodMemory> memory,
        Map<InstanceKey, Waiting> waiting,
        Map<String, PlacementPlan> placements,
        List<ScoutView> scouts,
        Set<String> roomForScouts) {
    /** Of a matrix that has no scouts and may have none. */
    public MatrixSnapshot(
            BrainMatrix matrix,
            Instant now,
            List<PodView> pods,
            Map<String, String> hashes,
            Map<String, Candidate.Hindrance> modelHindrances,
            Map<String, PodMemory> memory,
            Map<InstanceKey, Waiting> waiting,
            Map<String, PlacementPlan> placements) {
        this(
                matrix,
                now,
                pods,
                hashes,
                modelHindrances,
                memory,
                waiting,
                placements,
                List.of(),
                Set.of());
    }

    public MatrixSnapshot {
        pods = List.copyOf(pods);
        hashes = Map.copyOf(hashes);
        modelHindrances = Map.copyOf(modelHindrances);
        memory = Map.copyOf(memory);
        waiting = Map.copyOf(waiting);
        placements = Map.copyOf(placements);
        scouts = List.copyOf(scouts);
        roomForScouts = Set.copyOf(roomForScouts);
    }
}
