package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.quickstart.Chart;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;

/** The release's chronicle, and the tokens by which it knows who asks. */
final class Chronicle {
    static final String AUDIENCE = "brainmatrix-chronicle";

    private static final long TOKEN_SECONDS = 3600;

    private final Cluster cluster;

    Chronicle(Cluster cluster) {
        this.cluster = cluster;
    }

    void install() {
        cluster.reinstall(Map.of("chronicle.enabled", "true"));
    }

    /** With all that it has. */
    void remove() {
        cluster.reinstall(Map.of("chronicle.enabled", "false"));
        cluster.client()
                .persistentVolumeClaims()
                .inNamespace(Chart.NAMESPACE)
                .withLabel("app.kubernetes.io/component", "chronicle")
                .delete();
    }

    Pod pod() {
        return Objects.requireNonNull(
                cluster.client()
                        .pods()
                        .inNamespace(Chart.NAMESPACE)
                        .withName(Chart.RELEASE + "-chronicle-0")
                        .get());
    }

    /** Kills its process, and waits until the kubelet has started another one. */
    void kill(World world) {
        int before = restarts();
        world.kill(pod());
        Await.until(
                cluster,
                "the chronicle's process was started again",
                () -> assertThat(restarts()).isGreaterThan(before));
    }

    /** Has it run or not, and waits until it is so. */
    void scale(int replicas) {
        cluster.client()
                .apps()
                .statefulSets()
                .inNamespace(Chart.NAMESPACE)
                .withName(Chart.RELEASE + "-chronicle")
                .scale(replicas);
        Await.until(
                cluster,
                "%d chronicles run".formatted(replicas),
                () ->
                        assertThat(
                                        cluster.client()
                                                .pods()
                                                .inNamespace(Chart.NAMESPACE)
                                                .withLabel(
                                                        "app.kubernetes.io/component", "chronicle")
                                                .list()
                                                .getItems())
                                .filteredOn(
                                        pod ->
                                                replicas == 0
                                                        || "Running"
                                                                .equals(pod.getStatus().getPhase()))
                                .hasSize(replicas));
    }

    private int restarts() {
        return pod().getStatus().getContainerStatuses().getFirst().getRestartCount();
    }

    /** What the kubelet projects into a pod: bound to it and to an audience. */
    String token(ClusterUser user, Pod pod, String audience) {
        return token(
                user,
                "default",
                new TokenRequestBuilder()
                        .withNewSpec()
                        .withAudiences(audience)
                        .withExpirationSeconds(TOKEN_SECONDS)
                        .withNewBoundObjectRef()
                        .withApiVersion("v1")
                        .withKind("Pod")
                        .withName(pod.getMetadata().getName())
                        .withUid(pod.getMetadata().getUid())
                        .endBoundObjectRef()
                        .endSpec()
                        .build());
    }

    /** A token of an account without a pod. */
    String token(ClusterUser user, String account) {
        return token(
                user,
                account,
                new TokenRequestBuilder()
                        .withNewSpec()
                        .withAudiences(AUDIENCE)
                        .withExpirationSeconds(TOKEN_SECONDS)
                        .endSpec()
                        .build());
    }

    private String token(ClusterUser user, String account, TokenRequest request) {
        String answer =
                cluster.client()
                        .raw(
                                "/api/v1/namespaces/%s/serviceaccounts/%s/token"
                                        .formatted(user.namespace(), account),
                                "POST",
                                request);
        return Serialization.unmarshal(answer, TokenRequest.class).getStatus().getToken();
    }

    /** By nobody when the token is empty. */
    HttpResponse<String> ask(String token, String path) {
        return send(token, HttpRequest.newBuilder(address(path)));
    }

    HttpResponse<String> post(String token, String path, String body) {
        return send(
                token,
                HttpRequest.newBuilder(address(path))
                        .POST(HttpRequest.BodyPublishers.ofString(body)));
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

    /**
     * With a connection of its own: while the Service has no endpoint something beyond the cluster
     * may answer, and a connection that is kept would go on to ask that.
     */
    private static HttpResponse<String> send(String token, HttpRequest.Builder request) {
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        try (HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            return http.send(
                    request.timeout(Duration.ofSeconds(20)).build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
