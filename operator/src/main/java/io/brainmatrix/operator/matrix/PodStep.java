package io.brainmatrix.operator.matrix;

import io.brainmatrix.api.v1alpha1.Reason;

/** Something to be done to a pod, by UID: a step never reaches a later pod of the same name. */
public sealed interface PodStep {
    String pod();

    String uid();

    /** Say why in an annotation, then delete it. */
    record Stop(String pod, String uid, Reason why) implements PodStep {}

    /**
     * Its end is written down: take our finalizer off and delete it. Only after the status has been
     * written (R6).
     */
    record Forget(String pod, String uid) implements PodStep {}
}
