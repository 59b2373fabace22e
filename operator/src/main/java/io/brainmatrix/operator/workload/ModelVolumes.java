package io.brainmatrix.operator.workload;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Quantity;

/** The static volume and claim through which a matrix reads one allowed directory of its node. */
public final class ModelVolumes {
    /** The API demands a capacity; nothing measures or enforces it for a {@code hostPath}. */
    private static final Quantity NOMINAL_CAPACITY = new Quantity("1Gi");

    private static final String READ_ONLY_MANY = "ReadOnlyMany";

    private ModelVolumes() {}

    /**
     * The volume. It is cluster-scoped, so no owner reference removes it: the matrix's finalizer
     * does. The class is the empty string on both sides, else a default class would provision one.
     */
    public static PersistentVolume volume(BrainMatrix matrix, ModelVolume.HostPath model) {
        var metadata = matrix.getMetadata();
        return new PersistentVolumeBuilder()
                .withNewMetadata()
                .withName(model.volumeName())
                .withLabels(WorkloadNames.volumeLabels(metadata.getName()))
                .addToAnnotations(WorkloadNames.MATRIX_UID, metadata.getUid())
                .endMetadata()
                .withNewSpec()
                .addToCapacity("storage", NOMINAL_CAPACITY)
                .withAccessModes(READ_ONLY_MANY)
                .withPersistentVolumeReclaimPolicy("Retain")
                .withStorageClassName("")
                .withVolumeMode("Filesystem")
                .withNewClaimRef()
                .withApiVersion("v1")
                .withKind("PersistentVolumeClaim")
                .withNamespace(metadata.getNamespace())
                .withName(model.claimName())
                .endClaimRef()
                // Without a type the kubelet would make an empty directory on the node.
                .withNewHostPath(model.root().toString(), "Directory")
                .endSpec()
                .build();
    }

    /** The claim that binds to {@link #volume} alone; the matrix owns it. */
    public static PersistentVolumeClaim claim(BrainMatrix matrix, ModelVolume.HostPath model) {
        var metadata = matrix.getMetadata();
        return new PersistentVolumeClaimBuilder()
                .withNewMetadata()
                .withName(model.claimName())
                .withNamespace(metadata.getNamespace())
                .withLabels(WorkloadNames.volumeLabels(metadata.getName()))
                .addToAnnotations(WorkloadNames.MATRIX_UID, metadata.getUid())
                .withOwnerReferences(Owner.of(matrix))
                .endMetadata()
                .withNewSpec()
                .withAccessModes(READ_ONLY_MANY)
                .withStorageClassName("")
                .withVolumeMode("Filesystem")
                .withVolumeName(model.volumeName())
                .withNewResources()
                .addToRequests("storage", NOMINAL_CAPACITY)
                .endResources()
                .endSpec()
                .build();
    }
}
