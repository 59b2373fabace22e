package io.brainmatrix.operator.kube;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.operator.matrix.PodStep;
import io.brainmatrix.operator.workload.WorkloadNames;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.net.HttpURLConnection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Creates, stops and forgets pods; each call is safe to repeat. */
public final class PodKeeper {
    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

    private final KubernetesClient client;

    /** Writes through this client. */
    public PodKeeper(KubernetesClient client) {
        this.client = client;
    }

    /** How a creation went. */
    public sealed interface Creation {
        /** It exists, made now or by an earlier try of the same life. */
        record Created() implements Creation {}

        /** The API server or an admission webhook refused it, in these words. */
        record Refused(String message) implements Creation {}
    }

    /**
     * Creates a pod. Its name carries the life, so a repeated creation collides instead of
     * doubling.
     *
     * @throws KubernetesClientException when the API server did not decide
     */
    public Creation create(Pod pod) {
        try {
            client.resource(pod).create();
            return new Creation.Created();
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                return existing(pod, e);
            }
            boolean refused = e.getCode() >= 400 && e.getCode() < 500 && e.getCode() != 429;
            if (refused) {
                return new Creation.Refused(
                        Objects.requireNonNullElse(
                                e.getStatus() == null ? null : e.getStatus().getMessage(),
                                String.valueOf(e.getMessage())));
            }
            throw e;
        }
    }

    private Creation existing(Pod pod, KubernetesClientException conflict) {
        Pod present = client.resource(pod).get();
        boolean ours =
                present != null
                        && PodReader.matrixUidOf(present).equals(PodReader.matrixUidOf(pod));
        if (ours) {
            return new Creation.Created();
        }
        if (present == null) {
            throw conflict;
        }
        return new Creation.Refused(
                "a pod named `%s` that is not this matrix's is in the way; delete it"
                        .formatted(pod.getMetadata().getName()));
    }

    /** All pods of ours as the API server has them now. */
    public List<Pod> ours() {
        return client.pods()
                .inAnyNamespace()
                .withLabel(WorkloadNames.MANAGED_BY, WorkloadNames.MANAGER)
                .list()
                .getItems();
    }

    /** What the kubelet and the scheduler said about a pod. */
    public List<Event> events(Pod pod) {
        return client.v1()
                .events()
                .inNamespace(pod.getMetadata().getNamespace())
                .withField("involvedObject.uid", pod.getMetadata().getUid())
                .list()
                .getItems();
    }

    /**
     * Says in an annotation why a pod is ended, then deletes it; nothing happens to a later pod of
     * the same name.
     */
    public void stop(
            String namespace, String pod, String uid, String why, Optional<String> message) {
        Map<String, Object> annotations = new HashMap<>();
        annotations.put(WorkloadNames.STOPPING, why);
        message.ifPresent(m -> annotations.put(WorkloadNames.STOPPING_MESSAGE, m));
        boolean exists =
                patch(
                        namespace,
                        pod,
                        Map.of("metadata", Map.of("uid", uid, "annotations", annotations)));
        if (exists) {
            delete(namespace, pod, uid);
        }
    }

    /** Takes our finalizer off a pod whose end is written down, and deletes it. */
    public void forget(BrainMatrix matrix, PodStep.Forget step) {
        String namespace = matrix.getMetadata().getNamespace();
        Pod pod = client.pods().inNamespace(namespace).withName(step.pod()).get();
        if (pod == null || !step.uid().equals(pod.getMetadata().getUid())) {
            return;
        }
        List<String> others =
                pod.getMetadata().getFinalizers().stream()
                        .filter(f -> !f.equals(WorkloadNames.POD_FINALIZER))
                        .toList();
        patch(
                namespace,
                step.pod(),
                Map.of("metadata", Map.of("uid", step.uid(), "finalizers", others)));
        if (pod.getMetadata().getDeletionTimestamp() == null) {
            delete(namespace, step.pod(), step.uid());
        }
    }

    /**
     * A JSON merge patch: the kubelet writes to a dying pod all the time, an update would meet
     * conflicts.
     */
    private boolean patch(String namespace, String pod, Map<String, Object> change) {
        try {
            client.pods()
                    .inNamespace(namespace)
                    .withName(pod)
                    .patch(MERGE, Serialization.asJson(change));
            return true;
        } catch (KubernetesClientException e) {
            if (gone(e)) {
                return false;
            }
            throw e;
        }
    }

    private void delete(String namespace, String pod, String uid) {
        try {
            Pod present = client.pods().inNamespace(namespace).withName(pod).get();
            if (present != null && uid.equals(present.getMetadata().getUid())) {
                client.pods().inNamespace(namespace).withName(pod).delete();
            }
        } catch (KubernetesClientException e) {
            if (!gone(e)) {
                throw e;
            }
        }
    }

    /** Not found, or another pod of that name: the UID in the patch then is a conflict. */
    private static boolean gone(KubernetesClientException e) {
        return e.getCode() == HttpURLConnection.HTTP_NOT_FOUND
                || e.getCode() == HttpURLConnection.HTTP_CONFLICT
                || e.getCode() == 422;
    }
}
