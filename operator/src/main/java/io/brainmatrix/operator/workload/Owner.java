package io.brainmatrix.operator.workload;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;

/** The owner reference that hands an object to the garbage collector with its matrix. */
final class Owner {
    private Owner() {}

    static OwnerReference of(BrainMatrix matrix) {
        return new OwnerReferenceBuilder()
                .withApiVersion(BrainMatrix.GROUP + "/" + BrainMatrix.VERSION)
                .withKind("BrainMatrix")
                .withName(matrix.getMetadata().getName())
                .withUid(matrix.getMetadata().getUid())
                .withController(true)
                .withBlockOwnerDeletion(true)
                .build();
    }
}
