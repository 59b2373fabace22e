package io.brainmatrix.operator.matrix;

import io.brainmatrix.api.v1alpha1.BrainMatrixStatus;
import java.util.List;

/** The status to write, and then the steps to take. */
public record MatrixPlan(BrainMatrixStatus status, List<PodStep> steps, List<ScoutStep> scouting) {
    public MatrixPlan {
        steps = List.copyOf(steps);
        scouting = List.copyOf(scouting);
    }
}
