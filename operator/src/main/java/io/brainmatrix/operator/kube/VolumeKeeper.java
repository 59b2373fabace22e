package io.brainmatrix.operator.kube;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.Instance;
import io.brainmatrix.operator.workload.InferenceService;
import io.brainmatrix.operator.workload.ModelVolume;
import io.brainmatrix.operator.workload.ModelVolumes;
import io.brainmatrix.operator.workload.WorkloadNames;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Makes the Services, volumes and claims of a matrix, and removes what its spec no longer asks for.
 */
public final class VolumeKeeper {
    private final ClusterApi api;
    private final ClusterView cache;

    /** Compares with the cache before it writes. */
    public VolumeKeeper(ClusterApi api, ClusterView cache) {
        this.api = api;
        this.cache = cache;
    }

    /** One Service per instance; those of removed instances go. */
    public void services(BrainMatrix matrix) {
        String namespace = matrix.getMetadata().getNamespace();
        Set<String> wanted = new HashSet<>();
        for (Instance instance : matrix.getSpec().instances()) {
            Service desired = InferenceService.desired(matrix, instance.name());
            wanted.add(desired.getMetadata().getName());
            if (cache.service(namespace, desired.getMetadata().getName()).isEmpty()) {
                create(desired);
            }
        }
        cache.services(namespace).stream()
                .filter(s -> ownedBy(s, matrix))
                .filter(s -> !wanted.contains(s.getMetadata().getName()))
                .forEach(api::delete);
    }

    /**
     * One volume and one claim per allowed directory in use. A released volume never binds again:
     * it is made anew, as its claim is when somebody deleted it.
     *
     * @return whether all are bound
     */
    public boolean volumes(BrainMatrix matrix, java.util.List<ModelVolume> inUse) {
        String namespace = matrix.getMetadata().getNamespace();
        boolean bound = true;
        for (ModelVolume volume : new HashSet<>(inUse)) {
            if (!(volume instanceof ModelVolume.HostDirectory directory)) {
                continue;
            }
            Optional<PersistentVolume> present = cache.volume(directory.volume());
            // One of that name may still be going, with an earlier matrix of this name.
            Optional<PersistentVolumeClaim> claim =
                    cache.claim(namespace, directory.claim()).filter(c -> ownedBy(c, matrix));
            if (present.filter(v -> useless(v, claim)).isPresent()) {
                api.delete(present.orElseThrow());
            } else if (claim.isEmpty()) {
                create(ModelVolumes.claim(matrix, directory));
            } else if (present.isEmpty()) {
                create(ModelVolumes.volume(matrix, directory, claim.get().getMetadata().getUid()));
            }
            bound &=
                    claim.map(PersistentVolumeClaim::getStatus)
                            .filter(s -> "Bound".equals(s.getPhase()))
                            .isPresent();
        }
        return bound;
    }

    /** Whether it can never be bound to the claim: it was another's. */
    private static boolean useless(PersistentVolume volume, Optional<PersistentVolumeClaim> claim) {
        boolean released =
                volume.getStatus() != null && "Released".equals(volume.getStatus().getPhase());
        boolean anothers =
                claim.filter(
                                c ->
                                        !c.getMetadata()
                                                .getUid()
                                                .equals(volume.getSpec().getClaimRef().getUid()))
                        .isPresent();
        return released || anothers;
    }

    /** Removes the volumes of a matrix that goes; true once none is left. */
    public boolean removeVolumes(BrainMatrix matrix) {
        var volumes =
                cache.volumes().stream()
                        .filter(
                                v ->
                                        matrix.getMetadata()
                                                .getUid()
                                                .equals(
                                                        v.getMetadata()
                                                                .getAnnotations()
                                                                .get(WorkloadNames.MATRIX_UID)))
                        .toList();
        for (PersistentVolume volume : volumes) {
            String claim = volume.getSpec().getClaimRef().getName();
            cache.claim(matrix.getMetadata().getNamespace(), claim).ifPresent(api::delete);
            api.delete(volume);
        }
        return volumes.isEmpty();
    }

    /** Whether the garbage collector takes it with the matrix. */
    static boolean ownedBy(HasMetadata object, BrainMatrix matrix) {
        return object.getMetadata().getOwnerReferences().stream()
                .anyMatch(o -> matrix.getMetadata().getUid().equals(o.getUid()));
    }

    /** Whether a single pod may have it at a time. */
    static boolean isForOnePod(PersistentVolumeClaim claim) {
        return claim.getSpec() != null
                && claim.getSpec().getAccessModes() != null
                && claim.getSpec().getAccessModes().contains("ReadWriteOncePod");
    }

    private void create(HasMetadata object) {
        try {
            api.create(object);
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
        }
    }
}
