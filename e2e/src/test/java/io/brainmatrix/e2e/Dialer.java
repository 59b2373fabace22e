package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Map;

/** A pod of a test's that tries to reach another. */
final class Dialer {
    private static final String IMAGE = "docker.io/brainmatrix/inference-pod-thirsty:dev";
    private static final long NOBODY = 65532;

    private Dialer() {}

    /** Whether a pod with these labels in a restricted namespace reaches an address. */
    static boolean reaches(
            Cluster cluster, String namespace, Map<String, String> labels, String host, int port) {
        Pod made = cluster.client().resource(pod(namespace, labels, host, port)).create();
        String name = made.getMetadata().getName();
        var pods = cluster.client().pods().inNamespace(namespace);
        Await.until(
                cluster,
                name + " has ended",
                () ->
                        assertThat(pods.withName(name).get().getStatus().getPhase())
                                .isIn("Succeeded", "Failed"));
        Pod ended = pods.withName(name).get();
        pods.withName(name).withGracePeriod(0).delete();
        int code =
                ended.getStatus()
                        .getContainerStatuses()
                        .getFirst()
                        .getState()
                        .getTerminated()
                        .getExitCode();
        assertThat(code).isBetween(0, 1);
        return code == 0;
    }

    private static Pod pod(String namespace, Map<String, String> labels, String host, int port) {
        return new PodBuilder()
                .withNewMetadata()
                .withGenerateName("dial-")
                .withNamespace(namespace)
                .withLabels(labels)
                .endMetadata()
                .withNewSpec()
                .withRestartPolicy("Never")
                .withNewSecurityContext()
                .withRunAsNonRoot(true)
                .withRunAsUser(NOBODY)
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .endSecurityContext()
                .addNewContainer()
                .withName("dial")
                .withImage(IMAGE)
                .withImagePullPolicy("IfNotPresent")
                .withCommand(
                        "/opt/jre/bin/java",
                        "-XX:+UseSerialGC",
                        "-cp",
                        "/app/*",
                        "io.brainmatrix.e2e.thirsty.Dial",
                        host,
                        Integer.toString(port))
                .withNewResources()
                .addToLimits("memory", new Quantity("128Mi"))
                .endResources()
                .withNewSecurityContext()
                .withAllowPrivilegeEscalation(false)
                .withNewCapabilities()
                .addToDrop("ALL")
                .endCapabilities()
                .endSecurityContext()
                .endContainer()
                .endSpec()
                .build();
    }
}
