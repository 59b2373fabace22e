package io.brainmatrix.e2e;

import io.brainmatrix.quickstart.Chart;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the node's agent and the operator cost while nothing happens. */
@Tag("bench")
@ExtendWith(Installation.class)
class CalmAgentBench {
    /** What a start leaves to do, the last compilations among it, is over by then. */
    private static final Duration WARM = Duration.ofMinutes(1);

    private static final Duration MEASURED = Duration.ofMinutes(2);

    private final Cluster cluster;

    CalmAgentBench(Cluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void ofACalmNode() {
        pass(WARM);
        Map<String, Pod> pods = new LinkedHashMap<>();
        Map<String, Duration> before = new LinkedHashMap<>();
        for (String component : new String[] {"node-agent", "operator"}) {
            pods.put(component, pod(component));
            before.put(component, World.cpu(pods.get(component)));
        }
        Instant from = Instant.now();
        pass(MEASURED);
        double seconds = Bench.seconds(Duration.between(from, Instant.now()));
        pods.forEach(
                (component, pod) -> {
                    Duration used = World.cpu(pod).minus(before.get(component));
                    Bench.say(
                            "%s, calm: %.2f %% of a core over %.0f s, RssAnon %d MiB"
                                    .formatted(
                                            component,
                                            100 * Bench.seconds(used) / seconds,
                                            seconds,
                                            World.anonymous(pod) >> 20));
                });
        Bench.nobodyDied(cluster);
    }

    private Pod pod(String component) {
        return cluster.client()
                .pods()
                .inNamespace(Chart.NAMESPACE)
                .withLabel("app.kubernetes.io/component", component)
                .list()
                .getItems()
                .getFirst();
    }

    /** Time itself is what is measured here. */
    private static void pass(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }
}
