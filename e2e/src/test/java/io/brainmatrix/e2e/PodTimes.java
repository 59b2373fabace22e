package io.brainmatrix.e2e;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * When a watch first told of each pod of a namespace, of its being Ready, of its container's end
 * and of its own.
 */
final class PodTimes implements AutoCloseable {
    private final Map<String, Instant> seen = new ConcurrentHashMap<>();
    private final Map<String, Instant> ready = new ConcurrentHashMap<>();
    private final Map<String, Instant> stopped = new ConcurrentHashMap<>();
    private final Map<String, Instant> failed = new ConcurrentHashMap<>();
    private final Watch watch;

    PodTimes(Cluster cluster, String namespace) {
        this.watch =
                cluster.client()
                        .pods()
                        .inNamespace(namespace)
                        .watch(
                                new Watcher<Pod>() {
                                    @Override
                                    public void eventReceived(Action action, Pod pod) {
                                        Instant now = Instant.now();
                                        seen.putIfAbsent(pod.getMetadata().getName(), now);
                                        if (isReady(pod)) {
                                            ready.putIfAbsent(pod.getMetadata().getName(), now);
                                        }
                                        if (hasStopped(pod)) {
                                            stopped.putIfAbsent(pod.getMetadata().getName(), now);
                                        }
                                        if ("Failed".equals(pod.getStatus().getPhase())) {
                                            failed.putIfAbsent(pod.getMetadata().getName(), now);
                                        }
                                    }

                                    @Override
                                    public void onClose(WatcherException cause) {
                                        // The client takes the watch up again by itself.
                                    }
                                });
    }

    /** Whether it is Ready by its own status. */
    static boolean isReady(Pod pod) {
        return pod.getStatus() != null
                && pod.getStatus().getConditions().stream()
                        .anyMatch(c -> "Ready".equals(c.getType()) && "True".equals(c.getStatus()));
    }

    /** Whether its only container has ended, whatever its phase says yet. */
    static boolean hasStopped(Pod pod) {
        return pod.getStatus() != null
                && !pod.getStatus().getContainerStatuses().isEmpty()
                && pod.getStatus().getContainerStatuses().stream()
                        .allMatch(
                                c -> c.getState() != null && c.getState().getTerminated() != null);
    }

    Optional<Instant> seen(String pod) {
        return Optional.ofNullable(seen.get(pod));
    }

    Optional<Instant> ready(String pod) {
        return Optional.ofNullable(ready.get(pod));
    }

    /** When its container's end was told, which a kubelet does before it tells the pod's. */
    Optional<Instant> stopped(String pod) {
        return Optional.ofNullable(stopped.get(pod));
    }

    /** When its phase became Failed. */
    Optional<Instant> failed(String pod) {
        return Optional.ofNullable(failed.get(pod));
    }

    /** Times of all pods that were ever Ready. */
    Map<String, Instant> ready() {
        return Map.copyOf(ready);
    }

    @Override
    public void close() {
        watch.close();
    }

    /** How long after something that was, in seconds; "never" for what did not come. */
    static String after(Instant from, Optional<Instant> at) {
        return at.map(a -> "%.2f s".formatted(Bench.seconds(Duration.between(from, a))))
                .orElse("never");
    }
}
