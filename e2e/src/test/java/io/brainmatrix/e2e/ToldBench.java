package io.brainmatrix.e2e;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * How soon a kubelet tells of an end: that of the container, that of the pod, and before either, by
 * an Event, that it is its own doing. {@code make bench-lives} runs it too.
 */
@Tag("bench")
@ExtendWith(Installation.class)
class ToldBench {
    private static final String MATRIX = "told";
    private static final int ROUNDS = 3;

    private final Cluster cluster;
    private final World world = new World();

    ToldBench(Cluster cluster) {
        this.cluster = cluster;
    }

    /** By pod and reason, when a watch first told of an Event. */
    private static final class Told implements AutoCloseable {
        private final Map<String, Instant> first = new ConcurrentHashMap<>();
        private final Watch watch;

        Told(Cluster cluster, String namespace) {
            watch =
                    cluster.client()
                            .v1()
                            .events()
                            .inNamespace(namespace)
                            .watch(
                                    new Watcher<Event>() {
                                        @Override
                                        public void eventReceived(Action action, Event event) {
                                            first.putIfAbsent(
                                                    event.getInvolvedObject().getName()
                                                            + " "
                                                            + event.getReason(),
                                                    Instant.now());
                                        }

                                        @Override
                                        public void onClose(WatcherException cause) {
                                            // The client takes the watch up again by itself.
                                        }
                                    });
        }

        Optional<Instant> of(String pod, String reason) {
            return Optional.ofNullable(first.get(pod + " " + reason));
        }

        @Override
        public void close() {
            watch.close();
        }
    }

    @Test
    void whatIsToldWhen() {
        world.place(Models.chain(Models.TINY_MIB), "told.gguf");
        Map<String, Consumer<Pod>> ends =
                Map.of(
                        "killed", world::kill,
                        "crashed", pod -> world.signal(pod, "SEGV"),
                        "termed", pod -> world.signal(pod, "TERM"),
                        "deleted", pod -> cluster.client().resource(pod).delete(),
                        "crowded", pod -> world.fillScratch(pod, 80));
        try (ClusterUser user = new ClusterUser(cluster, "bench-told");
                PodTimes pods = new PodTimes(cluster, user.namespace());
                Told events = new Told(cluster, user.namespace())) {
            Matrix matrix =
                    Matrix.on(MATRIX, World.hostPath("told.gguf"))
                            .spec("recovery: {backoff: [1ms, 1ms, 1ms], resetAfter: 1s}");
            for (String name : ends.keySet()) {
                matrix = matrix.instance("name: %s, budget: {ram: 256Mi}".formatted(name));
            }
            user.apply(matrix);
            for (int round = 1; round <= ROUNDS; round++) {
                user.awaitReady(MATRIX, ends.keySet().toArray(String[]::new));
                List<String> lines = new ArrayList<>();
                for (String name : ends.keySet()) {
                    Pod pod = user.podOf(MATRIX, name);
                    String id = pod.getMetadata().getName();
                    Instant from = Instant.now();
                    ends.get(name).accept(pod);
                    Await.until(
                            cluster,
                            "the end of " + name,
                            () -> Assertions.assertThat(pods.failed(id)).isPresent());
                    lines.add(
                            "told %s: container after %s, pod after %s; Killing after %s, Evicted after %s"
                                    .formatted(
                                            name,
                                            PodTimes.after(from, pods.stopped(id)),
                                            PodTimes.after(from, pods.failed(id)),
                                            PodTimes.after(from, events.of(id, "Killing")),
                                            PodTimes.after(from, events.of(id, "Evicted"))));
                    user.awaitReady(MATRIX, name);
                }
                lines.forEach(Bench::say);
            }
        } finally {
            world.remove("told.gguf");
        }
    }
}
