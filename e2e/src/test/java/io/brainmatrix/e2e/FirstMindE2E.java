package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.quickstart.Chart;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * As the chart is by default no chronicle runs; the first mind brings it up, and it stays. Where
 * only some namespaces are looked after, its rights there are enough.
 */
@Tag("cluster")
@ExtendWith(Installation.class)
class FirstMindE2E {
    private static final String MATRIX = "first";
    private static final String MINDLESS = "name: mindless, budget: {ram: 256Mi}";
    private static final String MIND =
            "name: one, budget: {ram: 512Mi}, engine: {threads: 1}, mind: {persona: {text: \"You are.\"}, interval: 200ms, thoughtTokens: 8, temperaturePercent: 0}";

    private final Cluster cluster;
    private final Chronicle chronicle;
    private final World world = new World();

    FirstMindE2E(Cluster cluster) {
        this.cluster = cluster;
        this.chronicle = new Chronicle(cluster);
    }

    @AfterEach
    void remove() {
        chronicle.remove();
        cluster.install();
        world.remove("first-mind.gguf");
    }

    @Test
    void bringsTheChronicleUpAndAnUpgradeLeavesIt() {
        cluster.install();
        world.place(Models.chain(Models.TINY_MIB), "first-mind.gguf");
        String model = World.hostPath("first-mind.gguf");
        try (ClusterUser user = new ClusterUser(cluster, "e2e-first-mind");
                Minds minds = new Minds(cluster, chronicle, user)) {
            user.apply(Matrix.on(MATRIX, model).instance(MINDLESS));
            user.awaitReady(MATRIX, "mindless");
            assertThat(statefulSet().getSpec().getReplicas()).isZero();

            user.apply(Matrix.on(MATRIX, model).instance(MIND));
            Figures.note(
                    "first mind applied to its first thought in a chronicle that was not there",
                    Cluster.timed(() -> minds.await(MATRIX, "one", 1, 1)));
            String pod = chronicle.pod().getMetadata().getUid();

            cluster.install();
            assertThat(statefulSet().getSpec().getReplicas()).isEqualTo(1);
            assertThat(chronicle.pod().getMetadata().getUid()).isEqualTo(pod);

            cluster.reinstall(Map.of("watchNamespaces[0]", user.namespace()));
            assertThat(chronicle.pod().getMetadata().getUid()).isNotEqualTo(pod);
            minds.await(MATRIX, "one", 1, minds.thoughts(MATRIX, "one", 1).size() + 1);
        }
    }

    private StatefulSet statefulSet() {
        return Objects.requireNonNull(
                cluster.client()
                        .apps()
                        .statefulSets()
                        .inNamespace(Chart.NAMESPACE)
                        .withName(Chart.RELEASE + "-chronicle")
                        .get());
    }
}
