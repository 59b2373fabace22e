package io.brainmatrix.e2e;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Every pod that was ever seen in a namespace, and the revision with which it went. */
final class PodHistory implements AutoCloseable {
    private final Set<String> seen = ConcurrentHashMap.newKeySet();
    private final Map<String, Long> gone = new ConcurrentHashMap<>();
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
                                        String name = pod.getMetadata().getName();
                                        seen.add(name);
                                        if (action == Action.DELETED) {
                                            gone.put(name, Revision.of(pod));
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
        return Set.copyOf(seen);
    }

    /** The revision with which a pod went: asked for one that is gone. */
    long goneAt(String pod) {
        return Objects.requireNonNull(gone.get(pod), () -> pod + " was not seen to go");
    }

    @Override
    public void close() {
        watch.close();
    }
}
