package io.brainmatrix.operator.workload;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.Placement;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Toleration;
import java.util.List;

/**
 * A pod that waits for a model's file where a life found none, and ends with 0 once it is there:
 * the inference image in another mode, with the volume that the life had. It is nobody's life: it
 * needs no lane, is charged like a pod that is not ours, and its end is counted nowhere.
 */
public final class ScoutPod {
    /** What the ledger is charged for it, in bytes; it takes about half of it. */
    public static final long MEMORY = 48L << 20;

    /** As the inference pod reads it, {@code contracts/README.md}. */
    static final String ENVIRONMENT = "BRAINMATRIX_SCOUT";

    private static final String MODELS = "models";

    private ScoutPod() {}

    /**
     * What a scout is made from.
     *
     * @param life that found no file
     * @param node where it found none
     */
    public record Request(
            BrainMatrix matrix,
            String instance,
            long life,
            String node,
            ModelVolume volume,
            String image,
            String pullPolicy) {}

    /** The desired pod. */
    public static Pod desired(Request request) {
        BrainMatrix matrix = request.matrix();
        Placement placement = matrix.getSpec().placement();
        List<Toleration> tolerations = placement == null ? null : placement.tolerations();
        return new PodBuilder()
                .withNewMetadata()
                .withName(
                        WorkloadNames.scout(
                                matrix.getMetadata().getName(), request.instance(), request.life()))
                .withNamespace(matrix.getMetadata().getNamespace())
                .addToLabels("app.kubernetes.io/name", "brainmatrix-scout")
                .addToLabels("app.kubernetes.io/instance", matrix.getMetadata().getName())
                .addToLabels("app.kubernetes.io/part-of", WorkloadNames.MANAGER)
                .addToLabels(WorkloadNames.MANAGED_BY, WorkloadNames.MANAGER)
                .addToLabels(WorkloadNames.SCOUT, request.instance())
                .addToAnnotations(WorkloadNames.SCOUT_OF, matrix.getMetadata().getUid())
                .addToAnnotations(WorkloadNames.SCOUT_LIFE, Long.toString(request.life()))
                .addToAnnotations(WorkloadNames.NODE, request.node())
                .withOwnerReferences(InferencePod.owner(matrix))
                .endMetadata()
                .withNewSpec()
                .withRestartPolicy("Never") // it says what it has to say by ending
                .withEnableServiceLinks(false)
                .withAutomountServiceAccountToken(false)
                .withTerminationGracePeriodSeconds(1L) // it has nothing to finish
                .withAffinity(InferencePod.on(request.node()))
                .withTolerations(tolerations == null ? List.of() : tolerations)
                .withSecurityContext(Restricted.pod())
                .withContainers(container(request))
                .addNewVolume()
                .withName(MODELS)
                .withNewPersistentVolumeClaim()
                .withClaimName(InferencePod.claim(request.volume()))
                .withReadOnly(true)
                .endPersistentVolumeClaim()
                .endVolume()
                .endSpec()
                .build();
    }

    private static Container container(Request request) {
        Quantity memory = new Quantity(Long.toString(MEMORY));
        return new ContainerBuilder()
                .withName("scout")
                .withImage(request.image())
                .withImagePullPolicy(request.pullPolicy())
                .addNewEnv()
                .withName(ENVIRONMENT)
                .withValue(request.volume().pathInPod())
                .endEnv()
                .withNewResources()
                .addToRequests("memory", memory)
                .addToRequests("cpu", new Quantity("10m"))
                .addToLimits("memory", memory)
                .endResources()
                .withSecurityContext(Restricted.container())
                .addNewVolumeMount()
                .withName(MODELS)
                .withMountPath(ModelVolume.MOUNT)
                .withReadOnly(true)
                .endVolumeMount()
                .build();
    }
}
