package io.brainmatrix.operator.workload;

import io.brainmatrix.api.v1alpha1.Budget;
import io.brainmatrix.api.v1alpha1.Placement;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import java.math.RoundingMode;
import java.util.Map;

/**
 * The pod of one life: pinned to its node, limited to its budget, never restarted by the kubelet.
 */
public final class InferencePod {
    /** Where the model's volume is mounted, read-only. */
    static final String MODELS = "/models";

    static final int PORT = 8080;

    /** Uid and gid of the image's user. */
    private static final long USER = 65532;

    /** Enough for the scheduler to leave room for probes; the engine takes what is idle. */
    private static final Quantity CPU_REQUEST = new Quantity("100m");

    /**
     * The engine's library is unpacked there (6 MB), and HotSpot's error report; over it the
     * kubelet evicts.
     */
    private static final Quantity SCRATCH_LIMIT = new Quantity("64Mi");

    /** A drain answers what was begun; the pod halts well before it. */
    private static final long GRACE_SECONDS = 20;

    private InferencePod() {}

    /** The desired pod. */
    public static Pod desired(PodRequest request) {
        PodSpecBuilder spec =
                new PodSpecBuilder()
                        // The kubelet must not restart into a full node behind the gate's back.
                        .withRestartPolicy("Never")
                        .withEnableServiceLinks(false)
                        .withAutomountServiceAccountToken(false)
                        .withTerminationGracePeriodSeconds(GRACE_SECONDS)
                        .withNewSecurityContext()
                        .withRunAsNonRoot(true)
                        .withRunAsUser(USER)
                        .withRunAsGroup(USER)
                        .withNewSeccompProfile()
                        .withType("RuntimeDefault")
                        .endSeccompProfile()
                        .endSecurityContext()
                        .withContainers(container(request))
                        .addNewVolume()
                        .withName("models")
                        .withNewPersistentVolumeClaim(request.model().claimName(), true)
                        .endVolume()
                        .addNewVolume()
                        .withName("scratch")
                        .withNewEmptyDir()
                        .withSizeLimit(SCRATCH_LIMIT)
                        .endEmptyDir()
                        .endVolume();
        place(spec, request);
        return new PodBuilder().withMetadata(metadata(request)).withSpec(spec.build()).build();
    }

    /** A quantity in bytes, rounded up as the API server does. */
    static long bytes(Quantity quantity) {
        return Quantity.getAmountInBytes(quantity)
                .setScale(0, RoundingMode.CEILING)
                .longValueExact();
    }

    private static ObjectMeta metadata(PodRequest request) {
        var owner = request.matrix().getMetadata();
        String instance = request.instance().name();
        return new ObjectMetaBuilder()
                .withName(WorkloadNames.pod(owner.getName(), instance, request.life()))
                .withNamespace(owner.getNamespace())
                .withLabels(WorkloadNames.labels(owner.getName(), instance))
                .addToLabels(WorkloadNames.LIFE, Long.toString(request.life()))
                .addToAnnotations(WorkloadNames.SPEC_HASH, request.specHash())
                .addToAnnotations(WorkloadNames.MATRIX_UID, owner.getUid())
                .withFinalizers(WorkloadNames.POD_FINALIZER)
                .withOwnerReferences(Owner.of(request.matrix()))
                .build();
    }

    /**
     * Pinned by affinity on the Node object's name, never by {@code spec.nodeName}, which would go
     * past the scheduler's own checks. A field and not the host name's label: the two may differ.
     */
    private static void place(PodSpecBuilder spec, PodRequest request) {
        spec.withNewAffinity()
                .withNewNodeAffinity()
                .withNewRequiredDuringSchedulingIgnoredDuringExecution()
                .addNewNodeSelectorTerm()
                .addNewMatchField()
                .withKey("metadata.name")
                .withOperator("In")
                .withValues(request.node())
                .endMatchField()
                .endNodeSelectorTerm()
                .endRequiredDuringSchedulingIgnoredDuringExecution()
                .endNodeAffinity()
                .endAffinity();
        Placement placement = request.matrix().getSpec().placement();
        if (placement == null) {
            return;
        }
        if (placement.nodeSelector() != null) {
            spec.withNodeSelector(placement.nodeSelector());
        }
        if (placement.tolerations() != null) {
            spec.withTolerations(placement.tolerations());
        }
        if (placement.runtimeClassName() != null) {
            spec.withRuntimeClassName(placement.runtimeClassName());
        }
    }

    private static Container container(PodRequest request) {
        return new ContainerBuilder()
                .withName(WorkloadNames.CONTAINER)
                .withImage(request.image())
                .withImagePullPolicy(request.pullPolicy())
                .addNewEnv()
                .withName(InstanceConfig.VARIABLE)
                .withValue(InstanceConfig.json(request))
                .endEnv()
                .addNewPort()
                .withName("http")
                .withProtocol("TCP")
                .withContainerPort(PORT)
                .endPort()
                .withResources(resources(request.instance().budget()))
                // No startup probe: it would hold back the other two, and a load is bounded by
                // `admission.loadTimeout`. Each second, as Ready frees the lane for the next.
                .withReadinessProbe(probe("/health/ready", 1, 2, 3))
                // A minute: an engine that hangs is the pod's own to find, this is for a dead JVM.
                .withLivenessProbe(probe("/health/live", 10, 5, 6))
                .withSecurityContext(security())
                .withTerminationMessagePath("/dev/termination-log")
                .withTerminationMessagePolicy("File")
                // No subPath: the kubelet makes an empty directory of one that is not there.
                .addNewVolumeMount()
                .withName("models")
                .withMountPath(MODELS)
                .withReadOnly(true)
                .endVolumeMount()
                .addNewVolumeMount()
                .withName("scratch")
                .withMountPath("/scratch")
                .endVolumeMount()
                .build();
    }

    private static ResourceRequirements resources(Budget budget) {
        Quantity ram = new Quantity(Long.toString(bytes(budget.ram())));
        ResourceRequirementsBuilder resources =
                new ResourceRequirementsBuilder()
                        .withRequests(Map.of("memory", ram, "cpu", cpuRequest(budget)))
                        .addToLimits("memory", ram);
        if (budget.cpu() != null) {
            resources.addToLimits("cpu", budget.cpu());
        }
        return resources.build();
    }

    /** A request above the limit would be refused. */
    private static Quantity cpuRequest(Budget budget) {
        return budget.cpu() != null
                        && budget.cpu()
                                        .getNumericalAmount()
                                        .compareTo(CPU_REQUEST.getNumericalAmount())
                                < 0
                ? budget.cpu()
                : CPU_REQUEST;
    }

    private static Probe probe(
            String path, int periodSeconds, int timeoutSeconds, int failureThreshold) {
        return new ProbeBuilder()
                .withNewHttpGet()
                .withPath(path)
                .withPort(new IntOrString("http"))
                .endHttpGet()
                .withPeriodSeconds(periodSeconds)
                .withTimeoutSeconds(timeoutSeconds)
                .withFailureThreshold(failureThreshold)
                .build();
    }

    private static SecurityContext security() {
        return new SecurityContextBuilder()
                .withAllowPrivilegeEscalation(false)
                .withReadOnlyRootFilesystem(true)
                .withRunAsNonRoot(true)
                .withNewCapabilities()
                .addToDrop("ALL")
                .endCapabilities()
                .build();
    }
}
