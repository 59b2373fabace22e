package io.brainmatrix.e2e;

import io.brainmatrix.quickstart.Chart;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
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
        for (String component : new String[] {"node-agent", "operator"}) {
            Pod pod =
                    cluster.client()
                            .pods()
                            .inNamespace(Chart.NAMESPACE)
                            .withLabel("app.kubernetes.io/component", component)
                            .list()
                            .getItems()
                            .getFirst();
            Duration before = World.cpu(pod);
            Instant from = Instant.now();
            pass(MEASURED);
            Duration used = World.cpu(pod).minus(before);
            Bench.say(
                    "%s, calm: %.2f %% of a core over %d s, RssAnon %d MiB"
                            .formatted(
                                    component,
                                    100
                                            * Bench.seconds(used)
                                            / Bench.seconds(Duration.between(from, Instant.now())),
                                    MEASURED.toSeconds(),
                                    World.anonymous(pod) >> 20));
        }
        Bench.nobodyDied(cluster);
    }

    /** Time itself is what is measured here. */
    private static void pass(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }
}
