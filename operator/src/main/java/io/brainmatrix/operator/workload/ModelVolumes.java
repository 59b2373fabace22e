package io.brainmatrix.operator.workload;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Map;

/**
 * The volume and the claim through which a restricted namespace may read models of the node: Pod
 * Security forbids a hostPath in a pod, not behind a claim.
 */
public final class ModelVolumes {
    /** Nominal: a hostPath volume has no size of its own, and both sides must say one. */
    private static final Quantity CAPACITY = new Quantity("1Gi");

    private ModelVolumes() {}

    /**
     * The volume; it cannot be owned by a namespaced object, so the matrix's finalizer removes it.
     */
    public static PersistentVolume volume(BrainMatrix matrix, ModelVolume.HostDirectory directory) {
        return new PersistentVolumeBuilder()
                .withNewMetadata()
                .withName(directory.volume())
                .withLabels(labels(matrix))
                .addToAnnotations(
                        WorkloadNames.MATRIX,
                        matrix.getMetadata().getNamespace() + "/" + matrix.getMetadata().getName())
                .addToAnnotations(WorkloadNames.MATRIX_UID, matrix.getMetadata().getUid())
                .endMetadata()
                .withNewSpec()
                .addToCapacity("storage", CAPACITY)
                .withAccessModes("ReadOnlyMany")
                .withPersistentVolumeReclaimPolicy("Retain")
                .withStorageClassName("")
                .withNewHostPath()
                .withPath(directory.root())
                .withType("Directory") // without a type the kubelet would create what is missing
                .endHostPath()
                .withNewClaimRef()
                .withApiVersion("v1")
                .withKind("PersistentVolumeClaim")
                .withNamespace(matrix.getMetadata().getNamespace())
                .withName(directory.claim())
                .endClaimRef()
                .endSpec()
                .build();
    }

    /** The claim, bound to that one volume. */
    public static PersistentVolumeClaim claim(
            BrainMatrix matrix, ModelVolume.HostDirectory directory) {
        return new PersistentVolumeClaimBuilder()
                .withNewMetadata()
                .withName(directory.claim())
                .withNamespace(matrix.getMetadata().getNamespace())
                .withLabels(labels(matrix))
                .withOwnerReferences(InferencePod.owner(matrix))
                .endMetadata()
                .withNewSpec()
                .withAccessModes("ReadOnlyMany")
                .withStorageClassName("")
                .withVolumeName(directory.volume())
                .withNewResources()
                .addToRequests("storage", CAPACITY)
                .endResources()
                .endSpec()
                .build();
    }

    private static Map<String, String> labels(BrainMatrix matrix) {
        return Map.of(
                WorkloadNames.MANAGED_BY,
                WorkloadNames.MANAGER,
                WorkloadNames.MATRIX,
                matrix.getMetadata().getName());
    }
}
