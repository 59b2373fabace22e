package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.quickstart.Chart;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Agents that may read a Tegra's debugfs: as root without capabilities, with that directory alone
 * and read-only, in a namespace apart from the release's, which stays restricted.
 */
@Tag("cluster")
@ExtendWith(Installation.class)
class DebugfsE2E {
    private static final String APART = "brainmatrix-agents";

    private final Cluster cluster;

    DebugfsE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void theAgentsRunApartAndWriteAsBefore() throws IOException {
        try {
            cluster.reinstall(Map.of("agent.debugfs.enabled", "true"));

            cluster.check(); // each agent writes
            assertThat(agents(Chart.NAMESPACE))
                    .allMatch(pod -> pod.getMetadata().getDeletionTimestamp() != null);
            Pod agent = agents(APART).getFirst();
            long pid = World.processes(agent).getFirst().pid();
            assertThat(of(pid, "status")).containsPattern("Uid:\\s+0\\s").contains("CapEff:\t0000");
            assertThat(of(pid, "mountinfo")).containsPattern(" /sys/kernel/debug ro[, ]");
            assertThat(cluster.client().namespaces().withName(Chart.NAMESPACE).get())
                    .extracting(n -> n.getMetadata().getLabels())
                    .satisfies(labels -> assertThat(labels).containsValue("restricted"));
        } finally {
            cluster.install();
        }
        assertThat(agents(Chart.NAMESPACE)).isNotEmpty();
        Await.until(
                cluster,
                "the namespace apart is gone",
                () -> assertThat(cluster.client().namespaces().withName(APART).get()).isNull());
    }

    private List<Pod> agents(String namespace) {
        return cluster.client()
                .pods()
                .inNamespace(namespace)
                .withLabel("app.kubernetes.io/component", "node-agent")
                .list()
                .getItems();
    }

    private static String of(long pid, String file) throws IOException {
        return Files.readString(Path.of("/proc", Long.toString(pid), file));
    }
}
