package io.brainmatrix.operator.kube;

import io.brainmatrix.operator.workload.WorkloadNames;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Creates, stops and forgets pods; each call is safe to repeat. */
public final class PodKeeper {
    private final ClusterApi api;

    /** Writes through this port. */
    public PodKeeper(ClusterApi api) {
        this.api = api;
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
            api.create(pod);
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
        Pod present =
                read(pod.getMetadata().getNamespace(), pod.getMetadata().getName())
                        .orElseThrow(() -> conflict);
        if (PodReader.matrixUidOf(present).equals(PodReader.matrixUidOf(pod))) {
            return new Creation.Created();
        }
        return new Creation.Refused(
                "a pod named `%s` that is not this matrix's is in the way; delete it"
                        .formatted(pod.getMetadata().getName()));
    }

    /** Our pods of a node as the API server has them now. */
    public List<Pod> on(String node) {
        return api.podsOn(node);
    }

    /** Our pods of a namespace as the API server has them now. */
    public List<Pod> in(String namespace) {
        return api.podsIn(namespace);
    }

    /**
     * Says in an annotation why a pod is ended, then deletes it. Nothing happens to a later pod of
     * the same name, nor to one that has changed since it was read here: if it has just died, that
     * is its end, and not ours.
     */
    public void stop(
            String namespace, String pod, String uid, String why, Optional<String> message) {
        Optional<Pod> present =
                read(namespace, pod)
                        .filter(p -> uid.equals(p.getMetadata().getUid()))
                        .filter(p -> !PodReader.ended(p, true));
        if (present.isEmpty()) {
            return;
        }
        Map<String, Object> annotations = new HashMap<>();
        annotations.put(WorkloadNames.STOPPING, why);
        message.ifPresent(m -> annotations.put(WorkloadNames.STOPPING_MESSAGE, m));
        String version = present.get().getMetadata().getResourceVersion();
        boolean annotated =
                patch(
                        namespace,
                        pod,
                        Map.of(
                                "metadata",
                                Map.of(
                                        "uid",
                                        uid,
                                        "resourceVersion",
                                        version,
                                        "annotations",
                                        annotations)));
        if (annotated) {
            api.delete(present.get());
        }
    }

    /** Takes our finalizer off a pod whose end is written down, and deletes it. */
    public void forget(String namespace, String name, String uid) {
        Optional<Pod> present =
                read(namespace, name).filter(p -> uid.equals(p.getMetadata().getUid()));
        if (present.isEmpty()) {
            return;
        }
        Pod pod = present.get();
        List<String> others =
                pod.getMetadata().getFinalizers().stream()
                        .filter(f -> !f.equals(WorkloadNames.POD_FINALIZER))
                        .toList();
        patch(namespace, name, Map.of("metadata", Map.of("uid", uid, "finalizers", others)));
        if (pod.getMetadata().getDeletionTimestamp() == null) {
            api.delete(pod);
        }
    }

    /**
     * A JSON merge patch: the kubelet writes to a dying pod all the time, an update would meet
     * conflicts.
     */
    private boolean patch(String namespace, String pod, Map<String, Object> change) {
        try {
            api.merge(Pod.class, namespace, pod, change);
            return true;
        } catch (KubernetesClientException e) {
            if (gone(e)) {
                return false;
            }
            throw e;
        }
    }

    private Optional<Pod> read(String namespace, String pod) {
        return api.get(Pod.class, namespace, pod);
    }

    /** Not found, or another pod of that name: the UID in the patch then is a conflict. */
    private static boolean gone(KubernetesClientException e) {
        return e.getCode() == HttpURLConnection.HTTP_NOT_FOUND
                || e.getCode() == HttpURLConnection.HTTP_CONFLICT
                || e.getCode() == 422;
    }
}
