package io.brainmatrix.operator.admission;

import io.brainmatrix.api.v1alpha1.EndClass;

/** What the node reconciler does next: at most one thing per pass. */
public sealed interface Action {
    /** Nothing. */
    record Nothing() implements Action {}

    /**
     * Take the free lane for this candidate; its pod is created in the next pass, from the lane.
     */
    record TakeLane(Candidate candidate) implements Action {}

    /** Create the pod that the lane names. */
    record CreatePod(Candidate candidate) implements Action {}

    /** Give the lane back. */
    record ReleaseLane(Holder holder, String why) implements Action {}

    /** Put a pod that loads without a lane back into it, after somebody removed the Lease. */
    record ReclaimLane(Holder holder) implements Action {}

    /** Delete the lane's pod; the lane is released once it has ended. */
    record EndLoad(Occupant occupant, EndClass end, String why) implements Action {}
}
