package io.brainmatrix.operator.workload;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.Placement;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Toleration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A pod that waits for a model's file where a life found none or a wrong one, and ends with 0 once
 * it is there: the inference image in another mode, with the volume that the life had. It is
 * nobody's life: it needs no lane, is charged like a pod that is not ours, and its end is counted
 * nowhere.
 */
public final class ScoutPod {
    /** What the ledger is charged for it, in bytes; it takes about a third of it. */
    public static final long MEMORY = 48L << 20;

    /** As the inference pod reads it, {@code contracts/README.md}. */
    static final String ENVIRONMENT = "BRAINMATRIX_SCOUT";

    /** As the inference pod reads it, where the file was there and wrong. */
    static final String SINCE = "BRAINMATRIX_SCOUT_SINCE";

    /**
     * The last word on the JVM's flags, after those of the image's command. A life takes its memory
     * at once, the mapped archive of its classes with it, so that nothing comes as a surprise
     * later; a scout has no use for most of it.
     */
    private static final EnvVar UNTOUCHED =
            new EnvVar("_JAVA_OPTIONS", "-XX:-AlwaysPreTouch", null);

    private static final String MODELS = "models";

    private ScoutPod() {}

    /**
     * What a scout is made from.
     *
     * @param life that found no file, or a wrong one
     * @param node where it did
     * @param wrongUntil when that life ended, if it was wrong
     */
    public record Request(
            BrainMatrix matrix,
            String instance,
            long life,
            String node,
            Optional<Instant> wrongUntil,
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

    private static List<EnvVar> environment(Request request) {
        return Stream.concat(
                        Stream.of(
                                new EnvVar(ENVIRONMENT, request.volume().pathInPod(), null),
                                UNTOUCHED),
                        request.wrongUntil().stream()
                                .map(at -> new EnvVar(SINCE, at.toString(), null)))
                .toList();
    }

    private static Container container(Request request) {
        Quantity memory = new Quantity(Long.toString(MEMORY));
        return new ContainerBuilder()
                .withName("scout")
                .withImage(request.image())
                .withImagePullPolicy(request.pullPolicy())
                .withEnv(environment(request))
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
