package io.brainmatrix.operator.workload;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.Bytes;
import io.brainmatrix.api.v1alpha1.ConfigMapText;
import io.brainmatrix.api.v1alpha1.Crash;
import io.brainmatrix.api.v1alpha1.Instance;
import io.brainmatrix.api.v1alpha1.Mind;
import io.brainmatrix.api.v1alpha1.ModelSource;
import io.brainmatrix.api.v1alpha1.Placement;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.AffinityBuilder;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The pod of one life of one instance. */
public final class InferencePod {
    /** Asked of the scheduler; loading uses what is there. */
    private static final Quantity CPU_REQUEST = new Quantity("100m");

    private static final String API_TOKEN = "api-token";

    /** Where the pod looks for its token, {@code contracts/README.md}. */
    private static final String API_TOKEN_MOUNT = "/etc/brainmatrix/api-token";

    private static final String MIND = "mind";

    /** Where the pod looks for its persona and its token. */
    private static final String MIND_MOUNT = "/etc/brainmatrix/mind";

    /** As the chronicle asks for. */
    private static final String CHRONICLE_AUDIENCE = "brainmatrix-chronicle";

    /** The kubelet renews it in time. */
    private static final long TOKEN_SECONDS = 3600;

    private static final int READ_BY_GROUP = 0440;

    private InferencePod() {}

    /**
     * Everything that a pod is made from.
     *
     * @param bootId boot id of the node's kernel, so that a reboot is told from a death
     * @param nodeReserve bytes that the node's agent says are to be kept free; the pod's guard
     *     keeps to them too
     * @param lastDeath the latest end that the instance is told of as a death
     * @param chronicle where a mind tells; it is there when the instance has one
     */
    public record Request(
            BrainMatrix matrix,
            Instance instance,
            long life,
            String node,
            Optional<String> bootId,
            @Nullable Long nodeReserve,
            ModelSource model,
            ModelVolume volume,
            Duration loadTimeout,
            Map<String, Long> deaths,
            Optional<Crash> lastDeath,
            Optional<URI> chronicle,
            String image,
            String pullPolicy) {}

    /** The desired pod. */
    public static Pod desired(Request request) {
        BrainMatrix matrix = request.matrix();
        Instance instance = request.instance();
        Placement placement = matrix.getSpec().placement();
        Map<String, String> labels = WorkloadNames.labels(matrix, instance.name());
        labels.put(WorkloadNames.LIFE, Long.toString(request.life()));
        labels.put(WorkloadNames.NODE, WorkloadNames.nodeLabel(request.node()));
        var pod =
                new PodBuilder()
                        .withNewMetadata()
                        .withName(
                                WorkloadNames.pod(
                                        matrix.getMetadata().getName(),
                                        instance.name(),
                                        request.life()))
                        .withNamespace(matrix.getMetadata().getNamespace())
                        .withLabels(labels)
                        .addToAnnotations(
                                WorkloadNames.SPEC_HASH, SpecHash.of(matrix.getSpec(), instance))
                        .addToAnnotations(WorkloadNames.MATRIX_UID, matrix.getMetadata().getUid())
                        .addToAnnotations(WorkloadNames.NODE, request.node())
                        .addToAnnotations(
                                WorkloadNames.LOAD_TIMEOUT, request.loadTimeout().toString())
                        .withFinalizers(WorkloadNames.POD_FINALIZER)
                        .withOwnerReferences(owner(matrix))
                        .endMetadata()
                        .withNewSpec()
                        .withRestartPolicy("Never") // the gate lets it in again, not the kubelet
                        .withEnableServiceLinks(false)
                        .withAutomountServiceAccountToken(false)
                        .withTerminationGracePeriodSeconds(20L)
                        .withAffinity(on(request.node()))
                        .withSecurityContext(Restricted.pod())
                        .withContainers(container(request))
                        .addNewVolume()
                        .withName("models")
                        .withNewPersistentVolumeClaim()
                        .withClaimName(claim(request.volume()))
                        .withReadOnly(true)
                        .endPersistentVolumeClaim()
                        .endVolume()
                        .addNewVolume()
                        .withName("scratch")
                        .withNewEmptyDir()
                        .withSizeLimit(new Quantity("64Mi"))
                        .endEmptyDir()
                        .endVolume()
                        .endSpec()
                        .build();
        request.bootId()
                .ifPresent(id -> pod.getMetadata().getAnnotations().put(WorkloadNames.BOOT_ID, id));
        Quantity gpu = instance.budget().gpu();
        if (gpu != null) {
            pod.getMetadata()
                    .getAnnotations()
                    .put(WorkloadNames.GPU_BUDGET, Long.toString(Bytes.of(gpu)));
        }
        if (placement != null) {
            pod.getSpec().setNodeSelector(placement.nodeSelector());
            pod.getSpec().setRuntimeClassName(placement.runtimeClassName());
            List<Toleration> tolerations = placement.tolerations();
            pod.getSpec().setTolerations(tolerations == null ? List.of() : tolerations);
        }
        String secret = instance.apiTokenSecret();
        if (secret != null) {
            mount(pod, apiToken(secret), API_TOKEN_MOUNT);
        }
        Mind mind = instance.mind();
        if (mind != null) {
            mount(pod, mind(mind), MIND_MOUNT);
        }
        return pod;
    }

    private static void mount(Pod pod, Volume volume, String path) {
        pod.getSpec().getVolumes().add(volume);
        pod.getSpec()
                .getContainers()
                .getFirst()
                .getVolumeMounts()
                .add(
                        new VolumeMountBuilder()
                                .withName(volume.getName())
                                .withMountPath(path)
                                .withReadOnly(true)
                                .build());
    }

    /**
     * What a mind needs: a token that proves to the chronicle alone which pod this is, and its
     * persona. The same for every mind, watched or not (R13).
     */
    private static Volume mind(Mind mind) {
        var sources =
                new VolumeBuilder()
                        .withName(MIND)
                        .withNewProjected()
                        .withDefaultMode(READ_BY_GROUP)
                        .addNewSource()
                        .withNewServiceAccountToken()
                        .withAudience(CHRONICLE_AUDIENCE)
                        .withExpirationSeconds(TOKEN_SECONDS)
                        .withPath("token")
                        .endServiceAccountToken()
                        .endSource();
        ConfigMapText text = mind.persona().configMap();
        if (text != null) {
            sources.addNewSource()
                    .withNewConfigMap()
                    .withName(text.name())
                    .withOptional(false)
                    .addNewItem()
                    .withKey(text.key())
                    .withPath("persona")
                    .endItem()
                    .endConfigMap()
                    .endSource();
        }
        return sources.endProjected().build();
    }

    /**
     * The whole folder is mounted: a subPath would not follow the Secret. Not optional: an instance
     * that is to ask for a token must not open because its Secret is missing.
     */
    private static Volume apiToken(String secret) {
        return new VolumeBuilder()
                .withName(API_TOKEN)
                .withNewSecret()
                .withSecretName(secret)
                .withOptional(false)
                .withDefaultMode(READ_BY_GROUP)
                .addNewItem()
                .withKey("token")
                .withPath("token")
                .endItem()
                .endSecret()
                .build();
    }

    /** The controller reference to a matrix: the garbage collector takes what it owns. */
    static OwnerReference owner(BrainMatrix matrix) {
        return new OwnerReferenceBuilder()
                .withApiVersion(BrainMatrix.GROUP + "/" + BrainMatrix.VERSION)
                .withKind("BrainMatrix")
                .withName(matrix.getMetadata().getName())
                .withUid(matrix.getMetadata().getUid())
                .withController(true)
                .withBlockOwnerDeletion(true)
                .build();
    }

    private static Container container(Request request) {
        return new ContainerBuilder()
                .withName(WorkloadNames.CONTAINER)
                .withImage(request.image())
                .withImagePullPolicy(request.pullPolicy())
                .addNewEnv()
                .withName(InstanceEnvironment.NAME)
                .withValue(
                        InstanceEnvironment.json(
                                request.matrix(),
                                request.instance(),
                                request.life(),
                                request.nodeReserve(),
                                request.model(),
                                request.volume(),
                                request.deaths(),
                                MindEnvironment.of(
                                        request.instance(),
                                        request.chronicle(),
                                        request.lastDeath())))
                .endEnv()
                .addNewPort()
                .withName("http")
                .withContainerPort(8080)
                .withProtocol("TCP")
                .endPort()
                .withResources(resources(request.instance()))
                .withSecurityContext(Restricted.container())
                .withTerminationMessagePath("/dev/termination-log")
                .withTerminationMessagePolicy("File")
                // Started once the first token is out: "started" then tells, also much later, that
                // this life was ready. The pod holds its answer until it is, or until the next
                // probe is about due: else half a second would be lost on average.
                .withStartupProbe(
                        probe("/health/started?waitMillis=900", 1, failures(request.loadTimeout())))
                .withReadinessProbe(probe("/health/ready", 1, 3))
                .withLivenessProbe(probe("/health/live", 10, 6))
                .addNewVolumeMount()
                .withName("models")
                .withMountPath(ModelVolume.MOUNT)
                .withReadOnly(true)
                .endVolumeMount()
                .addNewVolumeMount()
                .withName("scratch")
                .withMountPath("/scratch")
                .endVolumeMount()
                .build();
    }

    /** The operator ends a load at its timeout; the kubelet's own limit only stands behind it. */
    private static int failures(Duration loadTimeout) {
        return (int) Math.min(Integer.MAX_VALUE, 2 * loadTimeout.toSeconds() + 60);
    }

    private static Probe probe(String path, int periodSeconds, int failures) {
        return new ProbeBuilder()
                .withNewHttpGet()
                .withPath(path)
                .withPort(new IntOrString("http"))
                .endHttpGet()
                .withPeriodSeconds(periodSeconds)
                .withTimeoutSeconds(5)
                .withFailureThreshold(failures)
                .build();
    }

    /**
     * The limit is the budget, in literal bytes; no CPU limit unless asked for: a quota throttles
     * guard and probes too.
     */
    private static ResourceRequirements resources(Instance instance) {
        Quantity ram = new Quantity(Long.toString(Bytes.of(instance.budget().ram())));
        var resources =
                new ResourceRequirementsBuilder()
                        .addToRequests("memory", ram)
                        .addToLimits("memory", ram)
                        .addToRequests("cpu", CPU_REQUEST);
        Quantity cpu = instance.budget().cpu();
        if (cpu != null) {
            resources.addToLimits("cpu", cpu);
            boolean less = cpu.getNumericalAmount().compareTo(CPU_REQUEST.getNumericalAmount()) < 0;
            if (less) { // a request above its limit is refused
                resources.addToRequests("cpu", cpu);
            }
        }
        return resources.build();
    }

    /**
     * Pinned by affinity, so that the scheduler still judges the node; {@code nodeName} would go
     * past it.
     */
    static Affinity on(String node) {
        return new AffinityBuilder()
                .withNewNodeAffinity()
                .withNewRequiredDuringSchedulingIgnoredDuringExecution()
                .addNewNodeSelectorTerm()
                .addNewMatchField()
                .withKey("metadata.name")
                .withOperator("In")
                .withValues(node)
                .endMatchField()
                .endNodeSelectorTerm()
                .endRequiredDuringSchedulingIgnoredDuringExecution()
                .endNodeAffinity()
                .build();
    }

    static String claim(ModelVolume volume) {
        return switch (volume) {
            case ModelVolume.HostDirectory directory -> directory.claim();
            case ModelVolume.UserClaim claim -> claim.claim();
            case ModelVolume.NotAllowed refused ->
                    throw new IllegalStateException(refused.message());
        };
    }
}
