package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.brainmatrix.api.v1alpha1.Reason;
import io.brainmatrix.quickstart.Chart;
import io.brainmatrix.quickstart.Chat;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** An instance whose API asks for the token in a Secret, and what may be read of it elsewhere. */
@Tag("cluster")
@ExtendWith(Installation.class)
class ApiTokenE2E {
    private static final String MATRIX = "token";
    private static final String TOKEN = "tell-nobody-5f1c2a";
    private static final String NEXT = "tell-nobody-either-99e0b7";

    private final Cluster cluster;
    private final World world = new World();

    ApiTokenE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void place() {
        world.place(Models.chain(Models.TINY_MIB), "token.gguf");
    }

    @AfterEach
    void remove() {
        world.remove("token.gguf");
    }

    @Test
    void itIsAskedForAndFollowedAndNowhereToBeRead() {
        try (ClusterUser user = new ClusterUser(cluster, "e2e-token")) {
            user.apply(
                    Matrix.on(MATRIX, World.hostPath("token.gguf"))
                            .instance("name: one, budget: {ram: 512Mi}, apiTokenSecret: shut"));
            user.awaitReason(MATRIX, "one", Reason.MountFailed);
            assertThat(user.status(MATRIX, "one").message()).contains("shut");

            secret(user, TOKEN);
            user.awaitReady(MATRIX, "one");
            Pod pod = user.podOf(MATRIX, "one");
            Chat open = user.service(MATRIX, "one");
            Await.until(
                    cluster,
                    "it answers whoever has the token",
                    () ->
                            assertThat(open.with(TOKEN).complete("the quick", 1))
                                    .isEqualTo(" brown"));
            assertThatThrownBy(() -> open.complete("the quick", 1))
                    .hasMessageContaining("answered 401");
            assertThat(open.status().path("phase").asText()).isEqualTo("Serving");

            secret(user, NEXT);
            Await.until(
                    cluster,
                    "the new token holds",
                    () -> assertThat(open.with(NEXT).complete("the quick", 1)).isEqualTo(" brown"));
            assertThatThrownBy(() -> open.with(TOKEN).complete("the quick", 1))
                    .hasMessageContaining("answered 401");
            assertThat(user.podOf(MATRIX, "one").getMetadata().getUid())
                    .isEqualTo(pod.getMetadata().getUid());

            assertThat(everythingTold(user)).doesNotContain(TOKEN, NEXT, "the quick");
        }
    }

    /** Logs of the pod and the operator, Events, the matrix, the pod, the node's reading. */
    private String everythingTold(ClusterUser user) {
        var client = cluster.client();
        StringBuilder told = new StringBuilder();
        client.pods()
                .inNamespace(user.namespace())
                .resources()
                .forEach(pod -> told.append(pod.getLog()).append(Serialization.asJson(pod.get())));
        client.pods()
                .inNamespace(Chart.NAMESPACE)
                .resources()
                .forEach(pod -> told.append(pod.getLog()));
        user.events().forEach(event -> told.append(event.getMessage()));
        told.append(Serialization.asJson(user.status(MATRIX, "one")));
        told.append(open(user).get("/metrics")).append(open(user).get("/status"));
        assertThat(told.toString()).contains("Lane taken", "brainmatrix_pod");
        return told.toString();
    }

    private static Chat open(ClusterUser user) {
        return user.service(MATRIX, "one");
    }

    private void secret(ClusterUser user, String token) {
        cluster.client()
                .resource(
                        new SecretBuilder()
                                .withNewMetadata()
                                .withName("shut")
                                .withNamespace(user.namespace())
                                .endMetadata()
                                .withStringData(Map.of("token", token))
                                .build())
                .serverSideApply();
    }
}
