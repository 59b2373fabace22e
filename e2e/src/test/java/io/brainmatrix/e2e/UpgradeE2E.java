package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.quickstart.Chart;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The chart changes under a running matrix: operator and agents are replaced, instances are not.
 */
@Tag("cluster")
@ExtendWith(Installation.class)
class UpgradeE2E {
    private static final String MATRIX = "steady";
    private static final String NAMESPACE = "e2e-steady";
    private static final String WATCHERS = "e2e-watchers";
    private static final Map<String, String> AS_BEFORE =
            Map.of("networkPolicies.enabled", "false", "metrics.scrapeAnnotations", "true");

    /** Another annotation makes other pods of operator and agents, as another version would. */
    private static final Map<String, String> CHANGED =
            Map.of(
                    "metrics.scrapeAnnotations",
                    "false",
                    "networkPolicies.enabled",
                    "true",
                    "networkPolicies.inferenceNamespaces[0]",
                    NAMESPACE,
                    "networkPolicies.metricsFrom[0].namespaceSelector.matchLabels.e2e",
                    "watchers");

    private final Cluster cluster;
    private final World world = new World();

    UpgradeE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @AfterEach
    void asBefore() {
        world.remove("steady.gguf");
        cluster.reinstall(AS_BEFORE);
    }

    @Test
    void aChartThatChangesLeavesInstancesAloneAndItsPoliciesLetThroughWhatIsNeeded() {
        world.place(Models.chain(Models.TINY_MIB), "steady.gguf");
        Matrix first =
                Matrix.on(MATRIX, World.hostPath("steady.gguf"))
                        .instance("name: first, budget: {ram: 256Mi}");
        try (ClusterUser user = new ClusterUser(cluster, NAMESPACE);
                ClusterUser watchers = new ClusterUser(cluster, WATCHERS)) {
            cluster.client()
                    .namespaces()
                    .withName(watchers.namespace())
                    .edit(
                            n ->
                                    new NamespaceBuilder(n)
                                            .editMetadata()
                                            .addToLabels("e2e", "watchers")
                                            .endMetadata()
                                            .build());
            user.apply(first);
            user.awaitReady(MATRIX, "first");
            Pod before = user.podOf(MATRIX, "first");
            List<String> system = systemPods();

            cluster.reinstall(CHANGED);

            assertThat(systemPods()).as("all replaced").doesNotContainAnyElementsOf(system);
            untouched(user, before);

            // Operator, agent and a newcomer work as before, under the policies.
            user.apply(first.instance("name: second, watches: [first], budget: {ram: 256Mi}"));
            user.awaitReady(MATRIX, "first", "second");
            user.awaitAnswer(MATRIX, "second");
            untouched(user, before);

            cluster.check();

            String agent = agentAddress();
            String instance = user.podOf(MATRIX, "first").getStatus().getPodIP();
            assertThat(reaches(watchers.namespace(), Map.of(), agent, 8081))
                    .as("metrics, invited")
                    .isTrue();
            assertThat(reaches(NAMESPACE, Map.of(), agent, 8081)).as("metrics, others").isFalse();
            assertThat(reaches(watchers.namespace(), Map.of(), instance, 8080))
                    .as("an instance")
                    .isTrue();
            assertThat(reaches(NAMESPACE, Map.of(), instance, 8080)).as("a neighbour").isTrue();
            assertThat(
                            reaches(
                                    NAMESPACE,
                                    Map.of("brainmatrix.io/instance", "impostor"),
                                    instance,
                                    8080))
                    .as("an instance has nobody to call")
                    .isFalse();

            cluster.reinstall(AS_BEFORE);
            untouched(user, before);
            assertThat(reaches(NAMESPACE, Map.of(), agentAddress(), 8081))
                    .as("metrics, without policies")
                    .isTrue();
        }
    }

    private boolean reaches(String from, Map<String, String> labels, String host, int port) {
        return Dialer.reaches(cluster, from, labels, host, port);
    }

    private void untouched(ClusterUser user, Pod before) {
        Pod now = user.podOf(MATRIX, "first");
        assertThat(now.getMetadata().getUid()).isEqualTo(before.getMetadata().getUid());
        assertThat(now.getStatus().getContainerStatuses().getFirst().getContainerID())
                .isEqualTo(before.getStatus().getContainerStatuses().getFirst().getContainerID());
        assertThat(user.status(MATRIX, "first").lives()).isEqualTo(1);
        assertThat(user.deaths(MATRIX, "first")).isZero();
        user.awaitAnswer(MATRIX, "first");
    }

    private List<String> systemPods() {
        return cluster.client().pods().inNamespace(Chart.NAMESPACE).list().getItems().stream()
                .filter(p -> p.getMetadata().getDeletionTimestamp() == null)
                .map(p -> p.getMetadata().getUid())
                .toList();
    }

    private String agentAddress() {
        return cluster
                .client()
                .pods()
                .inNamespace(Chart.NAMESPACE)
                .withLabel("app.kubernetes.io/component", "node-agent")
                .list()
                .getItems()
                .stream()
                .filter(p -> p.getMetadata().getDeletionTimestamp() == null)
                .findFirst()
                .orElseThrow()
                .getStatus()
                .getPodIP();
    }
}
