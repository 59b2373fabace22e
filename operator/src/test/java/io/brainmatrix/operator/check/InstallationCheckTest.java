package io.brainmatrix.operator.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@EnableKubernetesMockClient(crud = true)
class InstallationCheckTest {
    private static final String SYSTEM = "system";
    private static final String OPERATOR = "operator";
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofSeconds(20);

    @SuppressWarnings("NullAway.Init") // the extension sets it
    static KubernetesClient client;

    @AfterEach
    void leave() {
        client.resources(NodeMemory.class).delete();
        client.apps().deployments().inNamespace(SYSTEM).delete();
    }

    @Test
    void findsNothingWrongWhereTheOperatorIsThereAndTheAgentWrites() throws Exception {
        available(1);
        client.resource(memory("2026-01-01T12:00:00Z")).create();

        CompletableFuture<java.util.List<String>> faults =
                CompletableFuture.supplyAsync(
                        () -> new InstallationCheck(client, SYSTEM, LONG).run(OPERATOR));
        int second = 0;
        while (!faults.isDone()) { // as an agent does, whenever the check begins to look
            second = (second + 1) % 60;
            client.resource(memory("2026-01-01T12:01:%02dZ".formatted(second))).update();
        }

        assertThat(faults.get()).isEmpty();
    }

    @Test
    void saysThatAnAgentIsSilent() {
        available(1);
        client.resource(memory("2026-01-01T12:00:00Z")).create();

        assertThat(new InstallationCheck(client, SYSTEM, SHORT).run(OPERATOR))
                .singleElement()
                .asString()
                .startsWith("the agent of node `edge` has not written");
    }

    @Test
    void saysThatNeitherIsThere() {
        available(0);

        assertThat(new InstallationCheck(client, SYSTEM, SHORT).run(OPERATOR))
                .containsExactly(
                        "no replica of deployment `operator` is available",
                        "no NodeMemory: no agent has written yet");
        assertThat(new InstallationCheck(client, SYSTEM, SHORT).run("another")).hasSize(2);
    }

    private static void available(int replicas) {
        client.resource(
                        new DeploymentBuilder()
                                .withNewMetadata()
                                .withName(OPERATOR)
                                .withNamespace(SYSTEM)
                                .endMetadata()
                                .withNewStatus()
                                .withAvailableReplicas(replicas)
                                .endStatus()
                                .build())
                .create();
    }

    private static NodeMemory memory(String heartbeat) {
        return Serialization.unmarshal(
                """
                apiVersion: brainmatrix.io/v1alpha1
                kind: NodeMemory
                metadata: {name: edge}
                status: {heartbeat: %s}
                """
                        .formatted(heartbeat),
                NodeMemory.class);
    }
}
