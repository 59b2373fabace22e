package io.brainmatrix.e2e;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Every pod that was ever seen in a namespace, and when it was gone. */
final class PodHistory implements AutoCloseable {
    private final Map<String, Instant> seen = new ConcurrentHashMap<>();
    private final Map<String, Instant> gone = new ConcurrentHashMap<>();
    private final Watch watch;

    PodHistory(Cluster cluster, String namespace) {
        this.watch =
                cluster.client()
                        .pods()
                        .inNamespace(namespace)
                        .watch(
                                new Watcher<Pod>() {
                                    @Override
                                    public void eventReceived(Action action, Pod pod) {
                                        Instant now = Instant.now();
                                        String name = pod.getMetadata().getName();
                                        seen.putIfAbsent(name, now);
                                        if (action == Action.DELETED) {
                                            gone.put(name, now);
                                        }
                                    }

                                    @Override
                                    public void onClose(WatcherException cause) {
                                        // The client takes the watch up again by itself.
                                    }
                                });
    }

    /** Names of all pods so far. */
    Set<String> names() {
        return Set.copyOf(seen.keySet());
    }

    /** When the API server forgot a pod, as the watch told. */
    Optional<Instant> goneAt(String pod) {
        return Optional.ofNullable(gone.get(pod));
    }

    @Override
    public void close() {
        watch.close();
    }
}
