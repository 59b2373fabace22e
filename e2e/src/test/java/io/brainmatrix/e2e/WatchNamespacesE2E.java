package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.quickstart.Chart;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** With {@code watchNamespaces} all works in those namespaces, and nothing else can be touched. */
@Tag("cluster")
@ExtendWith(Installation.class)
class WatchNamespacesE2E {
    private static final String MATRIX = "watched";

    private final Cluster cluster;
    private final World world = new World();

    WatchNamespacesE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void letsInAndBringsBackWhereItMayAndDrainsThereAlone() {
        world.place(Models.chain(Models.TINY_MIB), "watched.gguf");
        Matrix matrix =
                Matrix.on(MATRIX, World.hostPath("watched.gguf"))
                        .instance("name: one, budget: {ram: 256Mi}");
        try (ClusterUser first = new ClusterUser(cluster, "e2e-watched");
                ClusterUser second = new ClusterUser(cluster, "e2e-watched-too");
                ClusterUser elsewhere = new ClusterUser(cluster, "e2e-elsewhere")) {
            cluster.reinstall(
                    Map.of(
                            "watchNamespaces[0]", first.namespace(),
                            "watchNamespaces[1]", second.namespace()));
            elsewhere.apply(matrix);
            first.apply(matrix);
            second.apply(matrix);
            first.awaitReady(MATRIX, "one");
            second.awaitReady(MATRIX, "one");
            world.kill(second.podOf(MATRIX, "one"));
            Await.until(
                    cluster,
                    "it is back",
                    () -> assertThat(second.status(MATRIX, "one").lives()).isEqualTo(2));
            second.awaitReady(MATRIX, "one");

            assertThat(elsewhere.matrix(MATRIX))
                    .hasValueSatisfying(m -> assertThat(m.getStatus()).isNull());
            for (String account : new String[] {"operator", "node-agent"}) {
                assertThat(mayListPods(account, first.namespace())).as(account).isTrue();
                assertThat(mayListPods(account, elsewhere.namespace())).as(account).isFalse();
            }

            cluster.uninstall();
            assertThat(first.pods()).as("drained").isEmpty();
            assertThat(second.pods()).as("drained").isEmpty();
        } finally {
            world.remove("watched.gguf");
            cluster.install();
        }
    }

    private boolean mayListPods(String account, String namespace) {
        return Boolean.TRUE.equals(
                cluster.client()
                        .authorization()
                        .v1()
                        .subjectAccessReview()
                        .create(
                                new SubjectAccessReviewBuilder()
                                        .withNewSpec()
                                        .withUser(
                                                "system:serviceaccount:%s:%s-%s"
                                                        .formatted(
                                                                Chart.NAMESPACE,
                                                                Chart.RELEASE,
                                                                account))
                                        .withNewResourceAttributes()
                                        .withNamespace(namespace)
                                        .withVerb("list")
                                        .withResource("pods")
                                        .endResourceAttributes()
                                        .endSpec()
                                        .build())
                        .getStatus()
                        .getAllowed());
    }
}
