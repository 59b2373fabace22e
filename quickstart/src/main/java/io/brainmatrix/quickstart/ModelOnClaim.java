package io.brainmatrix.quickstart;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A generated model on a claim of the default StorageClass, written by a Job in the cluster: no
 * access to a node's files is needed.
 *
 * @param namespace of claim and Job
 * @param image the inference image, which carries the generator
 * @param sizeMib size of the model's file in MiB
 */
public record ModelOnClaim(String namespace, String image, int sizeMib) {
    public static final String CLAIM = "models";
    public static final String FILE = "chain.gguf";
    private static final String JOB = "generate-model";
    private static final Set<String> ENDS = Set.of("Complete", "Failed");

    /** Some GiB on a slow disk. */
    private static final long JOB_TIMEOUT_SECONDS = 180;

    /** The user that all our images run as. */
    private static final long USER = 65532;

    /**
     * Makes the claim and waits until the Job has written the model.
     *
     * @throws IllegalStateException when the Job failed
     */
    public void make(KubernetesClient client) {
        client.resource(claim()).serverSideApply();
        client.resource(job()).serverSideApply();
        Job job =
                client.batch()
                        .v1()
                        .jobs()
                        .inNamespace(namespace)
                        .withName(JOB)
                        .waitUntilCondition(
                                ModelOnClaim::ended, JOB_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        Integer succeeded = job.getStatus().getSucceeded();
        if (succeeded == null || succeeded == 0) {
            throw new IllegalStateException("Job `%s` failed: %s".formatted(JOB, job.getStatus()));
        }
    }

    private static boolean ended(@Nullable Job job) {
        return job != null
                && job.getStatus() != null
                && job.getStatus().getConditions().stream()
                        .filter(c -> ENDS.contains(c.getType()))
                        .anyMatch(c -> "True".equals(c.getStatus()));
    }

    private PersistentVolumeClaim claim() {
        return new PersistentVolumeClaimBuilder()
                .withNewMetadata()
                .withName(CLAIM)
                .withNamespace(namespace)
                .endMetadata()
                .withNewSpec()
                .withAccessModes("ReadWriteOnce")
                .withNewResources()
                // The file is written once; the rest is room for a second model.
                .withRequests(Map.of("storage", Quantity.parse(2L * sizeMib + 64 + "Mi")))
                .endResources()
                .endSpec()
                .build();
    }

    private Job job() {
        return new JobBuilder()
                .withNewMetadata()
                .withName(JOB)
                .withNamespace(namespace)
                .endMetadata()
                .withNewSpec()
                .withBackoffLimit(2)
                .withNewTemplate()
                .withNewSpec()
                .withRestartPolicy("Never")
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                .withNewSecurityContext()
                .withRunAsNonRoot(true)
                .withRunAsUser(USER)
                .withRunAsGroup(USER)
                .withFsGroup(USER)
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .endSecurityContext()
                .addNewContainer()
                .withName("generator")
                .withImage(image)
                .withImagePullPolicy("IfNotPresent")
                .withCommand(command())
                .withNewResources()
                .withRequests(Map.of("memory", Quantity.parse("64Mi")))
                // The written file's page cache counts too; the kernel reclaims it.
                .withLimits(Map.of("memory", Quantity.parse("256Mi")))
                .endResources()
                .withNewSecurityContext()
                .withAllowPrivilegeEscalation(false)
                .withReadOnlyRootFilesystem(true)
                .withNewCapabilities()
                .withDrop("ALL")
                .endCapabilities()
                .endSecurityContext()
                .addNewVolumeMount()
                .withName("models")
                .withMountPath("/models")
                .endVolumeMount()
                .endContainer()
                .addNewVolume()
                .withName("models")
                .withNewPersistentVolumeClaim()
                .withClaimName(CLAIM)
                .endPersistentVolumeClaim()
                .endVolume()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
    }

    private List<String> command() {
        List<String> command =
                new ArrayList<>(List.of("/opt/jre/bin/java", "-Xmx96m", "-XX:+UseSerialGC"));
        command.addAll(List.of("-jar", "/opt/tools/model-generator.jar"));
        command.addAll(List.of("--size-mb", Integer.toString(sizeMib), "--out", "/models/" + FILE));
        return command;
    }
}
