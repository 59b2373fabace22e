package io.brainmatrix.chronicle.kube;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.Instance;
import io.brainmatrix.api.v1alpha1.InstanceStatus;
import io.brainmatrix.chronicle.access.Caller;
import io.brainmatrix.chronicle.entry.Origin;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which instance a pod is. Labels, annotations and owner references can be written by whoever may
 * make pods; that a pod is an instance's present life is in the matrix's status alone, which only
 * the operator writes. Pure.
 */
final class PodIdentity {
    private static final String NOT_YET =
            "this pod is not known as the present life of an instance; try again when the matrix's status tells of it";

    private PodIdentity() {}

    /** The matrix that a pod says to be of; empty for any other pod. */
    static Optional<OwnerReference> owner(Pod pod) {
        return pod.getMetadata().getOwnerReferences().stream()
                .filter(o -> BrainMatrix.class.getSimpleName().equals(o.getKind()))
                .filter(o -> o.getApiVersion().startsWith(BrainMatrix.GROUP + "/"))
                .filter(o -> Boolean.TRUE.equals(o.getController()))
                .findFirst();
    }

    /**
     * Who a pod is.
     *
     * @param podUid of the token; the pod of that name may be another one by now
     * @param matrix the one that the pod's owner reference names; null when there is none
     */
    static Caller of(
            String user,
            String podUid,
            Pod pod,
            OwnerReference owner,
            @Nullable BrainMatrix matrix) {
        if (!podUid.equals(pod.getMetadata().getUid())) {
            return new Caller.Stranger(user, "the pod of this token is gone");
        }
        if (matrix == null || !owner.getUid().equals(matrix.getMetadata().getUid())) {
            return new Caller.Stranger(user, "the matrix of this pod is gone");
        }
        List<InstanceStatus> statuses =
                matrix.getStatus() == null ? List.of() : matrix.getStatus().instances();
        for (InstanceStatus status : statuses) {
            Long life = status.lives();
            if (life != null
                    && name(matrix, status.name(), life).equals(pod.getMetadata().getName())) {
                return matrix.getSpec().instances().stream()
                        .filter(i -> i.name().equals(status.name()))
                        .findFirst()
                        .<Caller>map(i -> instance(matrix, i, life))
                        .orElseGet(
                                () ->
                                        new Caller.Stranger(
                                                user, "the instance of this pod was removed"));
            }
        }
        return new Caller.Stranger(user, NOT_YET);
    }

    private static Caller instance(BrainMatrix matrix, Instance instance, long life) {
        return new Caller.Instance(
                new Origin(
                        matrix.getMetadata().getNamespace(),
                        matrix.getMetadata().getName(),
                        matrix.getMetadata().getUid(),
                        instance.name()),
                life,
                instance.watches() == null ? Set.of() : Set.copyOf(instance.watches()));
    }

    /** The pod's name as the operator makes it. */
    private static String name(BrainMatrix matrix, String instance, long life) {
        return "%s-%s-%d".formatted(matrix.getMetadata().getName(), instance, life);
    }
}
