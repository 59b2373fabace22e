package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.quickstart.Chart;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.time.Duration;
import java.util.List;
import org.awaitility.core.ThrowingRunnable;
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

    /** The controller's own wait, and some for the other deletions that go on then. */
    private static final Duration NAMESPACE = Duration.ofSeconds(8);

    /** What it takes with nothing to drain. */
    private static final Duration UNINSTALL = Duration.ofSeconds(10);

    private final Cluster cluster;
    private final World world = new World();

    RemovalE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    /** A process that is stopped heeds no SIGTERM: its pod takes all of its grace. */
    @Test
    void deletingAMatrixLeavesNothingOfItThoughAPodHangs() {
        try (ClusterUser user = ready("e2e-delete")) {
            world.signal(user.podOf(MATRIX, "first"), "STOP");
            long began = System.nanoTime();
            user.delete(MATRIX);
            within(
                    BOUND,
                    began,
                    "matrix of two deleted, one of which hangs",
                    () -> {
                        assertThat(user.matrix(MATRIX)).isEmpty();
                        nothingLeft(user);
                    });
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

    /**
     * A namespace's controller waits 5 s before it deletes anything, and the namespace itself goes
     * when it next looks, each 11 s while there are pods of such a grace.
     */
    @Test
    @Tag("long")
    void deletingANamespaceEndsInTimeThoughAPodHangs() {
        try (ClusterUser user = ready("e2e-delete-hung")) {
            world.signal(user.podOf(MATRIX, "first"), "STOP");
            long began = System.nanoTime();
            cluster.client().namespaces().withName(user.namespace()).delete();
            within(
                    BOUND.plus(NAMESPACE),
                    began,
                    "all in a namespace deleted, a pod of which hangs",
                    () -> {
                        assertThat(user.matrix(MATRIX)).isEmpty();
                        nothingLeft(user);
                    });
        }
    }

    private void within(Duration bound, long began, String what, ThrowingRunnable gone) {
        Await.until(cluster, what, gone);
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        Figures.note(what, took);
        assertThat(took).as(what).isLessThan(bound);
    }

    /** As {@link #uninstallingWithALiveMatrixDrainsItAndKeepsTheObject}, by 20 s slower. */
    @Test
    @Tag("long")
    void uninstallingEndsInTimeThoughAPodHangs() {
        try (ClusterUser user = ready("e2e-uninstall-hung")) {
            world.signal(user.podOf(MATRIX, "first"), "STOP");
            Duration took = Cluster.timed(cluster::uninstall);
            try {
                Figures.note("uninstall with a hung pod", took);
                nothingLeft(user);
                // Beside the drain it takes a pod of its own that drains, and the operator's end.
                assertThat(took).isLessThan(BOUND.plus(UNINSTALL));
            } finally {
                cluster.install();
            }
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
        Leftovers.none(cluster, user.namespace());
    }

    private List<Lease> leases() {
        return Leftovers.lanes(cluster);
    }
}
