package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.Reason;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a tenant may have is said in the chart, and one tenant's bounds are not another's. */
@Tag("cluster")
@ExtendWith(Installation.class)
class NamespaceLimitsE2E {
    private static final String BOUND = "e2e-bound";
    private static final String MATRIX = "tenant";
    private static final String LIMITS = "namespaceLimits." + BOUND;

    /** Helm keeps the values of the last upgrade when it is given none. */
    private static final Map<String, String> DEFAULTS = Map.of("operator.replicas", "1");

    private final Cluster cluster;
    private final World world = new World();

    NamespaceLimitsE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void bound() {
        world.place(Models.chain(Models.TINY_MIB), "tenant.gguf");
        cluster.reinstall(Map.of(LIMITS + ".maxPriority", "5", LIMITS + ".maxMemory", "700Mi"));
    }

    @AfterEach
    void unbound() {
        world.remove("tenant.gguf");
        cluster.reinstall(DEFAULTS);
    }

    @Test
    void boundsPriorityAndMemoryOfOneNamespaceAndNoOther() {
        String model = World.hostPath("tenant.gguf");
        try (ClusterUser tenant = new ClusterUser(cluster, BOUND);
                ClusterUser other = new ClusterUser(cluster, "e2e-boundless")) {
            Matrix high =
                    Matrix.on(MATRIX, model)
                            .instance("name: first, budget: {ram: 400Mi}")
                            .instance("name: urgent, priority: 6, budget: {ram: 256Mi}");
            tenant.apply(high);
            other.apply(high);
            other.awaitReady(MATRIX, "first", "urgent");
            tenant.awaitReady(MATRIX, "first");
            tenant.awaitReason(MATRIX, "urgent", Reason.OverNamespaceLimit);
            assertThat(tenant.status(MATRIX, "urgent").message())
                    .contains("priority 6", "exceeds 5", BOUND);

            // The priority put right, but 400Mi + 400Mi is more than 700Mi.
            Matrix big =
                    Matrix.on(MATRIX, model)
                            .instance("name: first, budget: {ram: 400Mi}")
                            .instance("name: urgent, priority: 5, budget: {ram: 400Mi}");
            tenant.apply(big);
            Await.until(
                    cluster,
                    "the sum is told",
                    () ->
                            assertThat(tenant.status(MATRIX, "urgent").message())
                                    .contains("needs 400Mi", "has 300Mi of 700Mi left"));
            assertThat(tenant.status(MATRIX, "urgent").reason())
                    .isEqualTo(Reason.OverNamespaceLimit);

            Matrix fits =
                    Matrix.on(MATRIX, model)
                            .instance("name: first, budget: {ram: 400Mi}")
                            .instance("name: urgent, priority: 5, budget: {ram: 300Mi}");
            tenant.apply(fits);
            tenant.awaitReady(MATRIX, "first", "urgent");
        }
    }
}
