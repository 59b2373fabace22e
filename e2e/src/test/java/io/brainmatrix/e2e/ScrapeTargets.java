package io.brainmatrix.e2e;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The cluster's pods as Prometheus's own discovery would give them, in a file: Debian builds its
 * Prometheus without that of Kubernetes. The relabelling is Prometheus's.
 */
final class ScrapeTargets implements AutoCloseable, ResourceEventHandler<Pod> {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String META = "__meta_kubernetes_";

    private final Path file;
    private final Map<String, Object> targets = new HashMap<>();
    private final SharedIndexInformer<Pod> informer;

    /** Follows the pods until it is closed. */
    ScrapeTargets(Cluster cluster, Path file) {
        this.file = file;
        write();
        informer = cluster.client().pods().inAnyNamespace().runnableInformer(0);
        informer.addEventHandler(this);
        informer.start();
    }

    @Override
    public void onAdd(Pod pod) {
        seen(pod);
    }

    @Override
    public void onUpdate(Pod before, Pod now) {
        seen(now);
    }

    @Override
    public void onDelete(Pod pod, boolean unknown) {
        put(pod, Map.of());
    }

    private void seen(Pod pod) {
        var ports = pod.getSpec().getContainers().getFirst().getPorts();
        String ip = pod.getStatus().getPodIP();
        put(
                pod,
                ip == null || ports.isEmpty()
                        ? Map.of()
                        : Map.of(
                                "targets",
                                List.of(ip + ":" + ports.getFirst().getContainerPort()),
                                "labels",
                                labels(pod)));
    }

    private static Map<String, String> labels(Pod pod) {
        Map<String, String> labels = new HashMap<>();
        labels.put(META + "namespace", pod.getMetadata().getNamespace());
        labels.put(META + "pod_name", pod.getMetadata().getName());
        labels.put(META + "pod_ip", pod.getStatus().getPodIP());
        labels.put(META + "pod_phase", pod.getStatus().getPhase());
        labels.put(META + "pod_node_name", pod.getSpec().getNodeName());
        labels.put(META + "pod_container_init", "false");
        pod.getMetadata()
                .getLabels()
                .forEach((key, value) -> labels.put(META + "pod_label_" + plain(key), value));
        pod.getMetadata()
                .getAnnotations()
                .forEach((key, value) -> labels.put(META + "pod_annotation_" + plain(key), value));
        return labels;
    }

    private static String plain(String key) {
        return key.replaceAll("[^a-zA-Z0-9_]", "_");
    }

    private synchronized void put(Pod pod, Map<String, Object> target) {
        String uid = pod.getMetadata().getUid();
        Object before = target.isEmpty() ? targets.remove(uid) : targets.put(uid, target);
        if (!target.equals(before == null ? Map.of() : before)) {
            write();
        }
    }

    /** Renamed into place: a reader sees a whole file. */
    private void write() {
        try {
            Path part = file.resolveSibling(file.getFileName() + ".part");
            Files.writeString(part, JSON.writeValueAsString(targets.values()));
            Files.move(
                    part,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        informer.stop();
    }
}
