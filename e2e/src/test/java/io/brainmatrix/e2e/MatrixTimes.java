package io.brainmatrix.e2e;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.Phase;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** When the matrices of a namespace first said of an instance that it is Ready. */
final class MatrixTimes implements AutoCloseable {
    private final Map<String, Instant> ready = new ConcurrentHashMap<>();
    private final Watch watch;

    MatrixTimes(Cluster cluster, String namespace) {
        this.watch =
                cluster.client()
                        .resources(BrainMatrix.class)
                        .inNamespace(namespace)
                        .watch(
                                new Watcher<BrainMatrix>() {
                                    @Override
                                    public void eventReceived(Action action, BrainMatrix matrix) {
                                        note(matrix);
                                    }

                                    @Override
                                    public void onClose(WatcherException cause) {
                                        // The client takes the watch up again by itself.
                                    }
                                });
    }

    private void note(BrainMatrix matrix) {
        Instant now = Instant.now();
        if (matrix.getStatus() != null) {
            matrix.getStatus().instances().stream()
                    .filter(i -> i.phase() == Phase.Ready)
                    .forEach(
                            i ->
                                    ready.putIfAbsent(
                                            matrix.getMetadata().getName() + "/" + i.name(), now));
        }
    }

    Optional<Instant> ready(String matrix, String instance) {
        return Optional.ofNullable(ready.get(matrix + "/" + instance));
    }

    @Override
    public void close() {
        watch.close();
    }
}
