package io.brainmatrix.embedded.kubelet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.brainmatrix.embedded.api.Deletion;
import io.brainmatrix.embedded.api.Kind;
import io.brainmatrix.embedded.api.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pods whose program is a shell: what of a pod is told, and how it is ended. */
class KubeletTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir Path folder;

    private final Store store = new Store(Clock.systemUTC());
    private @Nullable Kubelet kubelet;

    @BeforeEach
    void namespace() throws IOException {
        store.create(Kind.NAMESPACE, "", yaml("metadata: {name: ns}"));
    }

    @AfterEach
    void stop() {
        if (kubelet != null) {
            kubelet.close();
        }
    }

    private static ObjectNode yaml(String text) throws IOException {
        return (ObjectNode) new YAMLMapper().readTree(text);
    }

    private void program(String script) throws IOException {
        ProgramImage image = new ProgramImage(List.of("sh", "-c", script), Map.of());
        kubelet =
                Kubelet.start(
                        store,
                        new Machine(
                                folder,
                                image,
                                image,
                                pod -> false,
                                Map.of(),
                                "127.99.0.",
                                1,
                                Optional.empty(),
                                Map.of("PATH", System.getenv("PATH"))),
                        "node",
                        1 << 30,
                        Clock.systemUTC());
    }

    private void pod(String volumes) throws IOException {
        store.create(
                Kind.POD,
                "ns",
                yaml(
                        """
                        metadata: {name: pod, finalizers: [test/keep]}
                        spec:
                          terminationGracePeriodSeconds: 1
                          containers: [{name: c, env: [{name: PLACE, value: /data/x}], volumeMounts: [%s]}]
                          volumes: [%s]
                        """
                                .formatted(
                                        volumes.isEmpty() ? "" : "{name: data, mountPath: /data}",
                                        volumes)));
    }

    private JsonNode status() {
        return store.get(Kind.POD, "ns", "pod")
                .map(p -> p.path("status"))
                .orElse(MissingNode.getInstance());
    }

    private JsonNode terminated() {
        return status().at("/containerStatuses/0/state/terminated");
    }

    private void ends() {
        await().atMost(SOON).until(() -> terminated().isObject());
    }

    @Test
    void anEndCarriesItsCodeAndItsLastWords() throws Exception {
        program("echo farewell >$BRAINMATRIX_TERMINATION_LOG; exit 42");
        pod("");
        ends();

        assertThat(status().path("phase").asText()).isEqualTo("Failed");
        assertThat(terminated().path("exitCode").asInt()).isEqualTo(42);
        assertThat(terminated().path("reason").asText()).isEqualTo("Error");
        assertThat(terminated().path("message").asText()).isEqualTo("farewell\n");
    }

    @Test
    void whoIgnoresSigtermIsKilledAfterItsGrace() throws Exception {
        program("trap '' TERM; while :; do sleep 0.1; done");
        pod("");
        await().atMost(SOON).until(() -> status().path("phase").asText().equals("Running"));
        store.delete(Kind.POD, "ns", "pod", Deletion.PLAIN);
        ends();

        assertThat(terminated().path("exitCode").asInt()).isEqualTo(137);
        assertThat(terminated().path("reason").asText()).isEqualTo("Error");
        await().atMost(SOON)
                .until(
                        () ->
                                store.get(Kind.POD, "ns", "pod")
                                        .map(
                                                p ->
                                                        p.at("/metadata/deletionGracePeriodSeconds")
                                                                .asInt(9))
                                        .filter(grace -> grace == 0)
                                        .isPresent());
    }

    @Test
    void aDirectoryThatIsMissingIsToldInAnEventUntilItIsThere() throws Exception {
        Path data = folder.resolve("late");
        program("cat \"$PLACE\" >$BRAINMATRIX_TERMINATION_LOG");
        pod("{name: data, hostPath: {path: %s}}".formatted(data));
        await().atMost(SOON)
                .until(() -> !store.list(Kind.EVENT, "ns", e -> true).items().isEmpty());
        JsonNode event = store.list(Kind.EVENT, "ns", e -> true).items().getFirst();
        assertThat(event.path("reason").asText()).isEqualTo("FailedMount");
        assertThat(event.path("message").asText()).contains(data.toString());
        assertThat(status().path("phase").asText()).isEqualTo("Pending");

        Files.createDirectory(folder.resolve("made"));
        Files.writeString(folder.resolve("made/x"), "found");
        Files.move(folder.resolve("made"), data);
        ends();

        assertThat(status().path("phase").asText()).isEqualTo("Succeeded");
        assertThat(terminated().path("message").asText()).isEqualTo("found");
    }

    @Test
    void aVolumeOfAKindThatCannotBeMountedIsRefused() throws Exception {
        program("exit 0");
        pod("{name: data, secret: {secretName: token}}");
        await().atMost(SOON)
                .until(() -> !store.list(Kind.EVENT, "ns", e -> true).items().isEmpty());

        assertThat(
                        store.list(Kind.EVENT, "ns", e -> true)
                                .items()
                                .getFirst()
                                .path("message")
                                .asText())
                .contains("cannot mount");
    }
}
