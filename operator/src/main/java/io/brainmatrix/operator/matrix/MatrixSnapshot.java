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

/**
 * Everything that a decision about one matrix needs, read at one moment.
 *
 * @param hashes hash of the desired pod, by instance
 * @param modelHindrances what is wrong with an instance's model or volume, by instance
 * @param memory what pods report of themselves, by pod UID
 * @param waiting why candidates wait, as the gates of their nodes see it
 * @param placements where instances without a pod go, by instance
 */
public record MatrixSnapshot(
        BrainMatrix matrix,
        Instant now,
        List<PodView> pods,
        Map<String, String> hashes,
        Map<String, Candidate.Hindrance> modelHindrances,
        Map<String, PodMemory> memory,
        Map<InstanceKey, Waiting> waiting,
        Map<String, PlacementPlan> placements) {
    public MatrixSnapshot {
        pods = List.copyOf(pods);
        hashes = Map.copyOf(hashes);
        modelHindrances = Map.copyOf(modelHindrances);
        memory = Map.copyOf(memory);
        waiting = Map.copyOf(waiting);
        placements = Map.copyOf(placements);
    }
}
