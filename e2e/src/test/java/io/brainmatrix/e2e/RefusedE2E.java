package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.Reason;
import io.fabric8.kubernetes.api.model.LimitRangeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Pods that the API server does not take: the server's words, and nobody else is held up. */
@Tag("cluster")
@ExtendWith(Installation.class)
class RefusedE2E {
    private static final String MATRIX = "refused";
    private static final Duration LANE_FREE_WITHIN = Duration.ofSeconds(5);

    private final Cluster cluster;
    private final World world = new World();
    private final Matrix matrix =
            Matrix.on(MATRIX, World.hostPath("refused.gguf"))
                    .instance("name: one, budget: {ram: 512Mi}");

    RefusedE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void place() {
        world.place(Models.chain(Models.TINY_MIB), "refused.gguf");
    }

    @AfterEach
    void remove() {
        world.remove("refused.gguf");
    }

    @Test
    void byAQuotaALimitRangeAndAMissingRuntimeClass() {
        try (ClusterUser quota = new ClusterUser(cluster, "e2e-quota");
                ClusterUser range = new ClusterUser(cluster, "e2e-range");
                ClusterUser runtime = new ClusterUser(cluster, "e2e-runtime");
                ClusterUser free = new ClusterUser(cluster, "e2e-free");
                LaneHistory lane = new LaneHistory(cluster)) {
            cluster.client()
                    .resource(
                            new ResourceQuotaBuilder()
                                    .withNewMetadata()
                                    .withName("none")
                                    .withNamespace(quota.namespace())
                                    .endMetadata()
                                    .withNewSpec()
                                    .addToHard("pods", new Quantity("0"))
                                    .endSpec()
                                    .build())
                    .create();
            cluster.client()
                    .resource(
                            new LimitRangeBuilder()
                                    .withNewMetadata()
                                    .withName("small")
                                    .withNamespace(range.namespace())
                                    .endMetadata()
                                    .withNewSpec()
                                    .addNewLimit()
                                    .withType("Container")
                                    .addToMax("memory", new Quantity("256Mi"))
                                    .endLimit()
                                    .endSpec()
                                    .build())
                    .create();

            quota.apply(matrix);
            range.apply(matrix);
            runtime.apply(matrix.spec("placement: {runtimeClassName: no-such-class}"));
            says(quota, "exceeded quota");
            says(range, "maximum memory usage per Container is 256Mi");
            says(runtime, "no-such-class");

            Instant asked = Instant.now();
            free.apply(matrix);
            free.awaitReady(MATRIX, "one");
            Figures.note(
                    "ready beside three that are refused", Duration.between(asked, Instant.now()));

            assertThat(lane.holds())
                    .filteredOn(h -> h.to() != null && !h.end().isAfter(asked))
                    .isNotEmpty()
                    .allSatisfy(
                            h ->
                                    assertThat(Duration.between(h.from(), h.end()))
                                            .isLessThan(LANE_FREE_WITHIN));
            assertThat(quota.deaths(MATRIX, "one")).isZero();

            // Made possible is enough to go on: tried again with a growing delay.
            cluster.client().resourceQuotas().inNamespace(quota.namespace()).delete();
            quota.awaitReady(MATRIX, "one");
        }
    }

    private void says(ClusterUser user, String words) {
        user.awaitReason(MATRIX, "one", Reason.PodRefused);
        assertThat(user.status(MATRIX, "one").message()).contains(words);
    }
}
