package io.brainmatrix.e2e;

import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.brainmatrix.api.v1alpha1.NodeMemoryStatus;
import io.brainmatrix.api.v1alpha1.PodMemory;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A node's memory as its agent published it, every snapshot. */
final class MemoryHistory implements AutoCloseable {
    private final List<NodeMemoryStatus> snapshots = new CopyOnWriteArrayList<>();
    private final Watch watch;

    MemoryHistory(Cluster cluster) {
        this.watch =
                cluster.client()
                        .resources(NodeMemory.class)
                        .withName(cluster.node())
                        .watch(
                                new Watcher<NodeMemory>() {
                                    @Override
                                    public void eventReceived(Action action, NodeMemory node) {
                                        if (node.getStatus() != null) {
                                            snapshots.add(node.getStatus());
                                        }
                                    }

                                    @Override
                                    public void onClose(WatcherException cause) {
                                        // The client takes the watch up again by itself.
                                    }
                                });
    }

    /** Snapshots taken in a time, both ends included; the agent and this test share one clock. */
    List<NodeMemoryStatus> between(Instant from, Instant to) {
        return snapshots.stream().filter(s -> within(s.heartbeat(), from, to)).toList();
    }

    private static boolean within(@Nullable Instant at, Instant from, Instant to) {
        return at != null && !at.isBefore(from) && !at.isAfter(to);
    }

    /** The newest that was published of a pod with both ends of its load. */
    Optional<PodMemory> loaded(String podUid) {
        return snapshots.reversed().stream()
                .flatMap(s -> s.instances().stream())
                .filter(i -> i.podUid().equals(podUid))
                .filter(i -> i.loadStarted() != null && i.loadEnded() != null)
                .findFirst();
    }

    /** When the agent first found memory settled for a whole window after a pod's load. */
    Optional<Instant> loadSettled(String podUid) {
        return snapshots.stream()
                .filter(
                        s ->
                                s.instances().stream()
                                        .anyMatch(
                                                i ->
                                                        i.podUid().equals(podUid)
                                                                && Boolean.TRUE.equals(
                                                                        i.loadSettled())))
                .map(NodeMemoryStatus::heartbeat)
                .flatMap(Stream::ofNullable)
                .findFirst();
    }

    /** Whether memory is settled by what was published last. */
    boolean settledNow() {
        return !snapshots.isEmpty() && snapshots.getLast().settledSince() != null;
    }

    @Override
    public void close() {
        watch.close();
    }
}
