package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.brainmatrix.quickstart.Chart;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The chronicle as the chart installs it: the pods of instances tell of themselves and read whom
 * they watch, by tokens that are bound to their pods, and nothing is lost with its process.
 */
@Tag("cluster")
@ExtendWith(Installation.class)
class ChronicleE2E {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final String SHA = "ab".repeat(32);
    private static final String AUDIENCE = "brainmatrix-chronicle";
    private static final List<String> READS =
            List.of(
                    "/v1/entries",
                    "/v1/entries/1",
                    "/v1/search?q=lamp",
                    "/v1/statistics",
                    "/v1/feed",
                    "/v1/export");

    private final Cluster cluster;
    private final World world = new World();

    ChronicleE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void place() {
        world.place(Models.chain(Models.TINY_MIB), "chronicle.gguf");
        Figures.note(
                "chart brought to a chronicle",
                Cluster.timed(() -> cluster.reinstall(Map.of("chronicle.enabled", "true"))));
    }

    @AfterEach
    void remove() {
        cluster.reinstall(Map.of("chronicle.enabled", "false"));
        KubernetesClient client = cluster.client();
        client.persistentVolumeClaims()
                .inNamespace(Chart.NAMESPACE)
                .withLabel("app.kubernetes.io/component", "chronicle")
                .delete();
        world.remove("chronicle.gguf");
    }

    @Test
    void podsTellOfThemselvesReadWhomTheyWatchAndLoseNothingWithTheProcess() {
        try (ClusterUser user = new ClusterUser(cluster, "e2e-chronicle")) {
            user.apply(
                    Matrix.on("jar", World.hostPath("chronicle.gguf"))
                            .instance("name: subject, role: Subject, budget: {ram: 512Mi}")
                            .instance(
                                    "name: god, role: God, budget: {ram: 512Mi}, watches: [subject]"));
            user.awaitReady("jar", "subject", "god");
            String subject = token(user, user.podOf("jar", "subject"), AUDIENCE);
            String god = token(user, user.podOf("jar", "god"), AUDIENCE);

            assertThat(ask("", "/v1/entries").statusCode()).isEqualTo(401);
            String elsewhere =
                    token(user, user.podOf("jar", "god"), "https://kubernetes.default.svc");
            assertThat(ask(elsewhere, "/v1/entries").statusCode()).isEqualTo(401);

            for (int i = 1; i <= 20; i++) {
                assertThat(tell(subject, i, "thought of a lamp").statusCode()).isEqualTo(200);
                assertThat(tell(god, i, "secret of the lamp").statusCode()).isEqualTo(200);
            }
            for (String path : READS) {
                HttpResponse<String> refused = ask(subject, path);
                assertThat(refused.statusCode()).as(path).isEqualTo(403);
                assertThat(refused.body()).doesNotContain("secret");
            }
            HttpResponse<String> asAnother =
                    post(
                            god,
                            body(21, "x")
                                    .replace("{\"kind\"", "{\"instance\":\"subject\",\"kind\""));
            assertThat(asAnother.statusCode()).isEqualTo(403);
            assertThat(tell(stranger(user), 1, "x").statusCode()).isEqualTo(403);

            JsonNode seen = json(ask(god, "/v1/entries?limit=100"));
            assertThat(seen.path("entries")).hasSize(20);
            assertThat(ask(god, "/v1/entries").body()).doesNotContain("secret");

            killChronicle();
            Await.until(
                    cluster,
                    "the chronicle is back with all that it had",
                    () -> assertThat(json(ask(god, "/v1/entries?limit=100"))).isEqualTo(seen));
            assertThat(tell(god, 20, "secret of the lamp").body()).contains("Duplicate");
            assertThat(tell(god, 20, "something else").statusCode()).isEqualTo(409);
            assertThat(tell(subject, 21, "still here").body()).contains("Stored");
            assertThat(json(ask(god, "/v1/entries?limit=100")).path("entries")).hasSize(21);
            Figures.line(
                    "chronicle after its requests: %d MiB of anonymous memory"
                            .formatted(World.anonymous(chronicle()) >> 20));
        }
    }

    private Pod chronicle() {
        return Objects.requireNonNull(
                cluster.client()
                        .pods()
                        .inNamespace(Chart.NAMESPACE)
                        .withName(Chart.RELEASE + "-chronicle-0")
                        .get());
    }

    private void killChronicle() {
        int before = restarts();
        world.kill(chronicle());
        Await.until(
                cluster,
                "the chronicle's process was started again",
                () -> assertThat(restarts()).isGreaterThan(before));
    }

    private int restarts() {
        return chronicle().getStatus().getContainerStatuses().getFirst().getRestartCount();
    }

    /** What the kubelet projects into a pod: bound to it and to an audience. */
    private String token(ClusterUser user, Pod pod, String audience) {
        TokenRequest request =
                new TokenRequestBuilder()
                        .withNewSpec()
                        .withAudiences(audience)
                        .withExpirationSeconds(600L)
                        .withNewBoundObjectRef()
                        .withApiVersion("v1")
                        .withKind("Pod")
                        .withName(pod.getMetadata().getName())
                        .withUid(pod.getMetadata().getUid())
                        .endBoundObjectRef()
                        .endSpec()
                        .build();
        return request(user, request);
    }

    /** The same account's without a pod: neither an instance nor a person with rights. */
    private String stranger(ClusterUser user) {
        return request(
                user,
                new TokenRequestBuilder()
                        .withNewSpec()
                        .withAudiences(AUDIENCE)
                        .withExpirationSeconds(600L)
                        .endSpec()
                        .build());
    }

    private String request(ClusterUser user, TokenRequest request) {
        String answer =
                cluster.client()
                        .raw(
                                "/api/v1/namespaces/%s/serviceaccounts/default/token"
                                        .formatted(user.namespace()),
                                "POST",
                                request);
        return Serialization.unmarshal(answer, TokenRequest.class).getStatus().getToken();
    }

    private static String body(long number, String text) {
        return """
        {"entries":[{"kind":"Thought","life":1,"number":%d,"at":"2026-01-01T12:00:00Z","text":"%s","prompt":{"text":"You are.","sha256":"%s"},
          "details":{"promptTokens":10,"completionTokens":5,"promptMillis":3,"generationMillis":40,"model":"%s","seed":7,"persona":"plain","finishReason":"stop"}}]}"""
                .formatted(number, text, SHA, SHA);
    }

    private HttpResponse<String> tell(String token, long number, String text) {
        return post(token, body(number, text));
    }

    private HttpResponse<String> post(String token, String body) {
        return send(
                token,
                HttpRequest.newBuilder(address("/v1/entries"))
                        .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private HttpResponse<String> ask(String token, String path) {
        return send(token, HttpRequest.newBuilder(address(path)));
    }

    /** These tests run on the node: the Service's address is reached as from a pod. */
    private URI address(String path) {
        String ip =
                cluster.client()
                        .services()
                        .inNamespace(Chart.NAMESPACE)
                        .withName(Chart.RELEASE + "-chronicle")
                        .get()
                        .getSpec()
                        .getClusterIP();
        return URI.create("http://%s%s".formatted(ip, path));
    }

    private static HttpResponse<String> send(String token, HttpRequest.Builder request) {
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        try {
            return HTTP.send(
                    request.timeout(Duration.ofSeconds(20)).build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode json(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        try {
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
