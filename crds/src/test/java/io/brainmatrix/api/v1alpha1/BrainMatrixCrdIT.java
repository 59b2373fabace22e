package io.brainmatrix.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a real API server makes of the definitions. The cases are dry runs, so that an operator that
 * happens to run there sees none of them; the few real objects are suspended. The definitions stay
 * installed.
 */
@Tag("cluster")
class BrainMatrixCrdIT {
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    private static final Path RESOURCES = Path.of("src/test/resources");

    /** How long an API server may take to serve a definition that it has accepted. */
    private static final Duration AWAIT = Duration.ofSeconds(10);

    private static KubernetesClient client;
    private static String namespace;

    @BeforeAll
    static void install() {
        client = new KubernetesClientBuilder().build();
        for (String plural : List.of("brainmatrices", "nodememories")) {
            CustomResourceDefinition definition =
                    YAML.convertValue(
                            read(Path.of(plural + ".brainmatrix.io-v1.yml")),
                            CustomResourceDefinition.class);
            client.resource(definition)
                    .patch(
                            new PatchContext.Builder()
                                    .withPatchType(PatchType.SERVER_SIDE_APPLY)
                                    .withFieldManager("brainmatrix-crd-it")
                                    .withForce(true)
                                    .build());
            client.resource(definition)
                    .waitUntilCondition(
                            Established::established,
                            AWAIT.toMillis(),
                            java.util.concurrent.TimeUnit.MILLISECONDS);
        }
        Namespace created =
                client.resource(
                                new NamespaceBuilder()
                                        .withNewMetadata()
                                        .withGenerateName("crd-it-")
                                        .endMetadata()
                                        .build())
                        .create();
        namespace = created.getMetadata().getName();
    }

    @AfterAll
    static void removeNamespace() {
        client.namespaces().withName(namespace).delete();
        client.close();
    }

    static Stream<Path> valid() throws IOException {
        return Stream.concat(
                cases("valid-"),
                Stream.of("glass-jar.yaml", "quickstart.yaml", "minds.yaml")
                        .map(Path.of("../deploy/examples")::resolve));
    }

    static Stream<Path> invalid() throws IOException {
        return cases("invalid-");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("valid")
    void accepts(Path file) {
        await().atMost(AWAIT).untilAsserted(() -> assertThat(create(read(file), true)).isNotNull());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("invalid")
    void refusesWithTheMessageBesideIt(Path file) throws IOException {
        String first = Files.readAllLines(file).getFirst();
        assertThat(first).startsWith("# expect: ");
        String expected = first.substring("# expect: ".length());
        await().atMost(AWAIT)
                .untilAsserted(
                        () ->
                                assertThatThrownBy(() -> create(read(file), true))
                                        .isInstanceOf(KubernetesClientException.class)
                                        .hasMessageContaining(expected));
    }

    @Test
    void showsEveryDefaultAfterCreation() {
        JsonNode spec = create(suspended("defaults"), false).get("spec");

        assertThat(spec.at("/admission").toString())
                .isEqualTo(
                        "{\"headroomPercent\":20,\"loadTimeout\":\"5m\",\"settle\":{\"maxSlopePerSecond\":\"16Mi\",\"window\":\"1s\"}}");
        assertThat(spec.at("/recovery").toString())
                .isEqualTo("{\"backoff\":[\"3s\",\"5s\",\"10s\"],\"resetAfter\":\"10m\"}");
        assertThat(spec.at("/instances/0/engine").toString())
                .isEqualTo(
                        "{\"batchSize\":512,\"cacheTypeK\":\"f16\",\"cacheTypeV\":\"f16\",\"contextLength\":2048,\"flashAttention\":false,\"parallel\":1}");
        assertThat(spec.at("/instances/0/priority").asInt(-1)).isZero();
        JsonNode running = create(read(RESOURCES.resolve("brainmatrix/valid-smallest.yaml")), true);
        assertThat(running.at("/spec/suspend").isBoolean()).isTrue();
        assertThat(running.at("/spec/suspend").asBoolean()).isFalse();
    }

    @Test
    void writesStatusOnlyThroughItsSubresource() {
        ObjectNode matrix = suspended("status");
        matrix.putObject("status").put("ready", "9/9");
        JsonNode created = create(matrix, false);
        assertThat(created.at("/status/ready").asText()).isNotEqualTo("9/9");

        BrainMatrix answer =
                client.resources(BrainMatrix.class)
                        .inNamespace(namespace)
                        .withName("status")
                        .subresource("status")
                        .patch(
                                PatchContext.of(PatchType.JSON_MERGE),
                                """
                                {"spec": {"suspend": false}, "status": {"ready": "0/1", "instances": [{"name": "subject", "lives": 2}]}}
                                """);

        assertThat(answer.getStatus().ready()).isEqualTo("0/1");
        assertThat(answer.getStatus().instances().getFirst().lives()).isEqualTo(2);
        assertThat(answer.getSpec().suspend()).isTrue();
        assertThat(answer.getMetadata().getGeneration()).isEqualTo(1);
    }

    @Test
    void isFoundByItsShortNameAndAmongAll() {
        JsonNode resources = json(client.raw("/apis/brainmatrix.io/v1alpha1")).get("resources");

        assertThat(resource(resources, "brainmatrices").toString())
                .contains("\"shortNames\":[\"bm\"]", "\"categories\":[\"all\"]");
        assertThat(resource(resources, "nodememories").toString())
                .contains("\"shortNames\":[\"nm\",\"nodemem\"]", "\"namespaced\":false");
        assertThat(resource(resources, "brainmatrices/status").isObject()).isTrue();
        assertThat(resource(resources, "nodememories/status").isObject()).isTrue();
    }

    @Test
    void showsItsColumnsInOrder() {
        // As the server stored them; kubectl prints in this order.
        JsonNode version =
                json(client.raw(
                                "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/brainmatrices.brainmatrix.io"))
                        .at("/spec/versions/0/additionalPrinterColumns");
        assertThat(version.findValuesAsText("name"))
                .containsExactly(
                        "Ready",
                        "Reason",
                        "Deaths",
                        "Thoughts/min",
                        "Age",
                        "Fits",
                        "Degraded",
                        "Suspended",
                        "Nodes",
                        "Why");
    }

    private static JsonNode resource(JsonNode resources, String name) {
        for (JsonNode resource : resources) {
            if (resource.path("name").asText().equals(name)) {
                return resource;
            }
        }
        throw new AssertionError("discovery does not name " + name);
    }

    /** The smallest matrix; suspended, so that an operator that runs there starts nothing. */
    private static ObjectNode suspended(String name) {
        ObjectNode matrix = read(RESOURCES.resolve("brainmatrix/valid-smallest.yaml"));
        ((ObjectNode) matrix.get("metadata")).put("name", name);
        ((ObjectNode) matrix.get("spec")).put("suspend", true);
        return matrix;
    }

    private static JsonNode create(ObjectNode object, boolean dryRun) {
        ((ObjectNode) object.get("metadata")).remove("namespace"); // an example's own
        String path =
                object.get("kind").asText().equals("NodeMemory")
                        ? "nodememories"
                        : "namespaces/%s/brainmatrices".formatted(namespace);
        return json(
                client.raw(
                        "/apis/brainmatrix.io/v1alpha1/%s?fieldValidation=Strict%s"
                                .formatted(path, dryRun ? "&dryRun=All" : ""),
                        "POST",
                        object));
    }

    private static Stream<Path> cases(String prefix) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(RESOURCES)) {
            files =
                    all.filter(f -> f.getFileName().toString().startsWith(prefix))
                            .filter(f -> f.toString().endsWith(".yaml"))
                            .sorted()
                            .toList();
        }
        assertThat(files).isNotEmpty();
        return files.stream();
    }

    private static ObjectNode read(Path file) {
        try {
            return (ObjectNode) YAML.readTree(Files.readString(file));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(file.toString(), e);
        }
    }

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
