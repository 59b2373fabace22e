package io.brainmatrix.simulation;

import io.brainmatrix.api.v1alpha1.Bytes;
import io.brainmatrix.operator.workload.WorkloadNames;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads pods as the simulated kubelet does: by itself, not with the operator's reader. */
final class Pods {
    private Pods() {}

    static @Nullable String annotation(Pod pod, String name) {
        Map<String, String> annotations = pod.getMetadata().getAnnotations();
        return annotations == null ? null : annotations.get(name);
    }

    static @Nullable String nodeOf(Pod pod) {
        String bound = pod.getSpec().getNodeName();
        return bound != null ? bound : annotation(pod, WorkloadNames.NODE);
    }

    static boolean ours(Pod pod) {
        return annotation(pod, WorkloadNames.MATRIX_UID) != null;
    }

    static boolean scout(Pod pod) {
        return annotation(pod, WorkloadNames.SCOUT_OF) != null;
    }

    static boolean scoutForAnother(Pod pod) {
        return pod.getSpec().getContainers().stream()
                .flatMap(c -> c.getEnv().stream())
                .anyMatch(e -> "BRAINMATRIX_SCOUT_SINCE".equals(e.getName()));
    }

    static boolean over(Pod pod) {
        String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
        return "Failed".equals(phase) || "Succeeded".equals(phase);
    }

    /** What one of ours may have on the GPU. */
    static long gpu(Pod pod) {
        String bytes = annotation(pod, WorkloadNames.GPU_BUDGET);
        return bytes == null ? 0 : Long.parseLong(bytes);
    }

    /** The memory limit of one of ours: it always has one. */
    static long limit(Pod pod) {
        return Bytes.of(
                java.util.Objects.requireNonNull(
                        pod.getSpec()
                                .getContainers()
                                .getFirst()
                                .getResources()
                                .getLimits()
                                .get("memory"),
                        "a memory limit"));
    }

    static long request(Pod pod) {
        long sum = 0;
        for (Container container : pod.getSpec().getContainers()) {
            Quantity memory =
                    container.getResources() == null
                                    || container.getResources().getRequests() == null
                            ? null
                            : container.getResources().getRequests().get("memory");
            sum += memory == null ? 0 : Bytes.of(memory);
        }
        return sum;
    }
}
