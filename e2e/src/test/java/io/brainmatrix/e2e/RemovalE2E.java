package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.quickstart.Chart;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What was made is taken away again, and nothing gets stuck. */
@Tag("cluster")
@ExtendWith(Installation.class)
class RemovalE2E {
    private static final String MATRIX = "passing";

    /** A pod's grace period, and some. */
    private static final Duration BOUND = Duration.ofSeconds(25);

    private final Cluster cluster;
    private final World world = new World();

    RemovalE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void deletingAMatrixLeavesNothingOfIt() {
        try (ClusterUser user = ready("e2e-delete")) {
            Duration took =
                    Cluster.timed(
                            () -> {
                                user.delete(MATRIX);
                                Await.until(
                                        cluster,
                                        "the matrix and all of it are gone",
                                        () -> {
                                            assertThat(user.matrix(MATRIX)).isEmpty();
                                            nothingLeft(user);
                                        });
                            });
            Figures.note("matrix of two deleted", took);
            assertThat(took).isLessThan(BOUND);
        }
    }

    /** In a namespace that is ending no Event can be written; the counting goes on all the same. */
    @Test
    void deletingANamespaceEndsInTime() {
        try (ClusterUser user = ready("e2e-delete-all")) {
            Duration took = Cluster.timed(() -> cluster.deleteNamespace(user.namespace()));
            Figures.note("namespace with a matrix of two deleted", took);
            assertThat(took).isLessThan(BOUND);
            Await.until(cluster, "nothing is left", () -> nothingLeft(user));
        }
    }

    @Test
    void uninstallingWithALiveMatrixDrainsItAndKeepsTheObject() {
        try (ClusterUser user = ready("e2e-uninstall")) {
            Figures.note("uninstall with a live matrix", Cluster.timed(cluster::uninstall));
            try {
                nothingLeft(user);
                assertThat(leases()).isEmpty();
                assertThat(user.matrix(MATRIX).orElseThrow().getMetadata().getFinalizers())
                        .isEmpty();
                assertThat(cluster.client().pods().inNamespace(Chart.NAMESPACE).list().getItems())
                        .allMatch(pod -> pod.getMetadata().getDeletionTimestamp() != null);

                user.delete(MATRIX);
                Await.until(
                        cluster,
                        "nothing holds the matrix back",
                        () -> assertThat(user.matrix(MATRIX)).isEmpty());
            } finally {
                cluster.install(); // the other classes go on with it
            }
        }
    }

    private ClusterUser ready(String namespace) {
        world.place(Models.chain(Models.TINY_MIB), "passing.gguf");
        ClusterUser user = new ClusterUser(cluster, namespace);
        user.apply(
                Matrix.on(MATRIX, World.hostPath("passing.gguf"))
                        .instance("name: first, budget: {ram: 256Mi}")
                        .instance("name: second, budget: {ram: 256Mi}"));
        user.awaitReady(MATRIX, "first", "second");
        return user;
    }

    private void nothingLeft(ClusterUser user) {
        var client = cluster.client();
        assertThat(user.pods()).isEmpty();
        assertThat(client.services().inNamespace(user.namespace()).list().getItems()).isEmpty();
        assertThat(client.persistentVolumeClaims().inNamespace(user.namespace()).list().getItems())
                .isEmpty();
        assertThat(client.persistentVolumes().list().getItems())
                .noneMatch(
                        v ->
                                v.getSpec().getClaimRef() != null
                                        && user.namespace()
                                                .equals(v.getSpec().getClaimRef().getNamespace()));
        assertThat(leases())
                .noneMatch(
                        lease -> {
                            String holder = lease.getSpec().getHolderIdentity();
                            return holder != null && holder.startsWith(user.namespace() + "/");
                        });
    }

    private List<Lease> leases() {
        return cluster.client().leases().inNamespace(Chart.NAMESPACE).list().getItems().stream()
                .filter(l -> l.getMetadata().getName().startsWith("brainmatrix-lane-"))
                .toList();
    }
}
