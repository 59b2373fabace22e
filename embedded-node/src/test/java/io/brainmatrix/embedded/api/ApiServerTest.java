package io.brainmatrix.embedded.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.brainmatrix.api.v1alpha1.NodeMemoryStatus;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Through the client that our operator and agent have. */
class ApiServerTest {
    private static final Path CRDS =
            Path.of(System.getProperty("brainmatrix.root"), "helm/brainmatrix/crds");
    private static final Duration SOON = Duration.ofSeconds(20);

    private final Store store = new Store(Clock.systemUTC());
    private ApiServer server;
    private KubernetesClient client;

    @BeforeEach
    void start() throws IOException {
        server =
                ApiServer.start(
                        store,
                        Clock.systemUTC(),
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        client =
                new KubernetesClientBuilder()
                        .withConfig(Config.fromKubeconfig(server.kubeconfig()))
                        .build();
        for (String definition : List.of("brainmatrices", "nodememories")) {
            store.create(
                    Kind.DEFINITION,
                    "",
                    (ObjectNode)
                            new YAMLMapper()
                                    .readTree(
                                            CRDS.resolve(definition + ".brainmatrix.io-v1.yml")
                                                    .toFile()));
        }
        client.resource(
                        new NamespaceBuilder()
                                .withNewMetadata()
                                .withName("ns")
                                .endMetadata()
                                .build())
                .create();
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private static ConfigMap map(String name, String value) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("ns")
                .addToLabels("value", value)
                .endMetadata()
                .build();
    }

    @Test
    void anInformerFollowsWhatEntersAndLeavesItsSelection() {
        List<String> seen = new CopyOnWriteArrayList<>();
        client.resource(map("before", "in")).create();
        try (var informer =
                client.configMaps()
                        .inNamespace("ns")
                        .withLabel("value", "in")
                        .inform(
                                new ResourceEventHandler<ConfigMap>() {
                                    @Override
                                    public void onAdd(ConfigMap object) {
                                        seen.add("+" + object.getMetadata().getName());
                                    }

                                    @Override
                                    public void onUpdate(ConfigMap old, ConfigMap now) {
                                        seen.add("~" + now.getMetadata().getName());
                                    }

                                    @Override
                                    public void onDelete(ConfigMap object, boolean unknown) {
                                        seen.add("-" + object.getMetadata().getName());
                                    }
                                })) {
            assertThat(informer.isRunning()).isTrue();
            client.resource(map("other", "out")).create();
            client.resource(map("a", "in")).create();
            client.resource(map("a", "out")).update();
            client.resource(map("other", "in")).update();
            client.resource(map("other", "in")).delete();

            await().atMost(SOON)
                    .untilAsserted(
                            () ->
                                    assertThat(seen)
                                            .containsExactly(
                                                    "+before", "+a", "-a", "+other", "-other"));
        }
    }

    @Test
    void theAgentsWayOfWritingStatus() {
        NodeMemory memory = new NodeMemory();
        memory.setMetadata(new ObjectMetaBuilder().withName("node").build());
        PatchContext apply =
                new PatchContext.Builder()
                        .withPatchType(PatchType.SERVER_SIDE_APPLY)
                        .withFieldManager("agent")
                        .withForce(true)
                        .build();
        assertThatExceptionOfType(KubernetesClientException.class)
                .isThrownBy(() -> client.resource(memory).subresource("status").patch(apply))
                .satisfies(e -> assertThat(e.getCode()).isEqualTo(404));
        client.resource(memory).create();
        memory.setStatus(status(5L));
        client.resource(memory).subresource("status").patch(apply);
        memory.setStatus(status(null));
        NodeMemory left = client.resource(memory).subresource("status").patch(apply);

        assertThat(left.getStatus().capacity()).isEqualTo(9L);
        assertThat(left.getStatus().slopePerSecond()).as("left out, so removed").isNull();
    }

    private static NodeMemoryStatus status(@Nullable Long slope) {
        return new ObjectMapper()
                .findAndRegisterModules()
                .convertValue(
                        slope == null
                                ? java.util.Map.of("capacity", 9)
                                : java.util.Map.of("capacity", 9, "slopePerSecond", slope),
                        NodeMemoryStatus.class);
    }

    @Test
    void theOperatorsWayOfTakingAndDroppingALock() {
        ConfigMap made = client.resource(map("lock", "free")).create();
        client.resource(map("lock", "taken")).update();

        assertThatExceptionOfType(KubernetesClientException.class)
                .isThrownBy(() -> client.resource(made).lockResourceVersion().update())
                .satisfies(e -> assertThat(e.getCode()).isEqualTo(409));
        assertThatExceptionOfType(KubernetesClientException.class)
                .isThrownBy(
                        () ->
                                client.resource(made)
                                        .lockResourceVersion(
                                                made.getMetadata().getResourceVersion())
                                        .delete())
                .satisfies(e -> assertThat(e.getCode()).isEqualTo(409));
        assertThat(
                        client.configMaps()
                                .inNamespace("ns")
                                .withName("lock")
                                .edit(
                                        m ->
                                                new ConfigMapBuilder(m)
                                                        .addToData("by", "JSON patch")
                                                        .build())
                                .getData())
                .containsEntry("by", "JSON patch");
    }

    @Test
    void whatIsServedCanBeDiscovered() {
        assertThat(client.supports(NodeMemory.class)).isTrue();
        assertThat(client.getApiGroups().getGroups())
                .extracting("name")
                .contains("brainmatrix.io", "coordination.k8s.io");
        assertThat(client.getApiResources("brainmatrix.io/v1alpha1").getResources())
                .extracting("name")
                .containsExactlyInAnyOrder("brainmatrices", "nodememories");
    }

    @Test
    void kubectlGetsTheColumnsOfTheDefinition() throws Exception {
        store.create(
                store.kind("brainmatrix.io", "v1alpha1", "brainmatrices").orElseThrow(),
                "ns",
                (ObjectNode)
                        new YAMLMapper()
                                .readTree(
                                        """
                                        metadata: {name: jar}
                                        spec: {instances: [{name: a, role: Subject, budget: {ram: 700Mi}}]}
                                        """));
        URI uri =
                server.address()
                        .resolve("/apis/brainmatrix.io/v1alpha1/namespaces/ns/brainmatrices");
        try (HttpClient http = HttpClient.newHttpClient()) {
            JsonNode table =
                    new ObjectMapper()
                            .readTree(
                                    http.send(
                                                    HttpRequest.newBuilder(uri)
                                                            .header(
                                                                    "Accept",
                                                                    "application/json;as=Table;v=v1;g=meta.k8s.io")
                                                            .build(),
                                                    HttpResponse.BodyHandlers.ofString())
                                            .body());
            assertThat(table.path("kind").asText()).isEqualTo("Table");
            assertThat(table.at("/columnDefinitions").findValuesAsText("name"))
                    .startsWith("Name")
                    .contains("Ready", "Age");
            assertThat(table.at("/rows/0/cells/0").asText()).isEqualTo("jar");
            assertThat(table.at("/rows/0/cells")).hasSameSizeAs(table.at("/columnDefinitions"));
        }
    }
}
