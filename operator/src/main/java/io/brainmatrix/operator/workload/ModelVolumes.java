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
     *
     * @param claimUid of the claim that it is for. Named with it the volume counts as bound from
     *     the start, as a provisioner's does, and the cluster's binder takes up the claim at once;
     *     in every other order it leaves one of the two for its next resync, up to 15 s later.
     */
    public static PersistentVolume volume(
            BrainMatrix matrix, ModelVolume.HostDirectory directory, String claimUid) {
        return new PersistentVolumeBuilder()
                .withNewMetadata()
                .withName(directory.volume())
                .withLabels(labels(matrix))
                .addToLabels(WorkloadNames.VOLUME, directory.volume())
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
                .withUid(claimUid)
                .endClaimRef()
                .endSpec()
                .build();
    }

    /** The claim, made before its volume; the selector keeps it from any other. */
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
                .withNewSelector()
                .addToMatchLabels(WorkloadNames.VOLUME, directory.volume())
                .endSelector()
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
