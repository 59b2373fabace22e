package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.Reason;
import io.fabric8.kubernetes.api.model.LimitRangeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Pods that the API server does not take, or takes and changes: each with its own reason and the
 * words of whoever refused it, the lane free at once, and nobody else is held up.
 */
@Tag("cluster")
@ExtendWith(Installation.class)
class RefusedE2E {
    private static final String MATRIX = "refused";
    private static final Duration LANE_FREE_WITHIN = Duration.ofSeconds(5);

    private static final String HOST_NETWORK =
            """
            [{"op": "add", "path": "/spec/hostNetwork", "value": true}]""";
    private static final String MORE_MEMORY =
            """
            [{"op": "replace", "path": "/spec/containers/0/resources/limits/memory", "value": "1Gi"}]""";

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
    void eachIsToldInTheServersWordsAndHoldsNobodyUp() {
        try (ClusterUser quota = new ClusterUser(cluster, "e2e-quota");
                ClusterUser range = new ClusterUser(cluster, "e2e-range");
                ClusterUser runtime = new ClusterUser(cluster, "e2e-runtime");
                ClusterUser insecure = new ClusterUser(cluster, "e2e-insecure");
                ClusterUser changed = new ClusterUser(cluster, "e2e-changed");
                ClusterUser free = new ClusterUser(cluster, "e2e-free");
                LaneHistory lane = new LaneHistory(cluster)) {
            noPods(quota);
            atMost(range, "256Mi");
            // Our own pods are always restricted: only what is made of them on the way is refused.
            try (PodWebhook _ = PodWebhook.changing(cluster, insecure.namespace(), HOST_NETWORK);
                    PodWebhook _ = PodWebhook.changing(cluster, changed.namespace(), MORE_MEMORY)) {
                for (ClusterUser user : List.of(quota, range, insecure, changed)) {
                    user.apply(matrix);
                }
                runtime.apply(matrix.spec("placement: {runtimeClassName: no-such-class}"));
                refused(quota, "exceeded quota");
                refused(range, "maximum memory usage per Container is 256Mi");
                refused(runtime, "no-such-class");
                refused(insecure, "violates PodSecurity \"restricted");
                assertThat(insecure.pods()).isEmpty();
                // With another limit than its budget it never begins to load: R1 would not hold.
                changed.awaitReason(MATRIX, "one", Reason.LimitNotApplied);
                assertThat(changed.status(MATRIX, "one").message()).contains("1073741824");

                Instant asked = Instant.now();
                free.apply(matrix);
                free.awaitReady(MATRIX, "one");
                Figures.note(
                        "ready beside five that are refused",
                        Duration.between(asked, Instant.now()));
                assertThat(lane.holds())
                        .filteredOn(h -> h.to() != null && !h.end().isAfter(asked))
                        .isNotEmpty()
                        .allSatisfy(
                                h ->
                                        assertThat(Duration.between(h.from(), h.end()))
                                                .isLessThan(LANE_FREE_WITHIN));
            }
            cluster.client().resourceQuotas().inNamespace(quota.namespace()).delete();

            // Made possible is enough to go on: each is tried again with a growing delay.
            for (ClusterUser user : List.of(quota, insecure, changed)) {
                user.awaitReady(MATRIX, "one");
                assertThat(user.deaths(MATRIX, "one")).isZero();
            }
        }
    }

    private void noPods(ClusterUser user) {
        cluster.client()
                .resource(
                        new ResourceQuotaBuilder()
                                .withNewMetadata()
                                .withName("none")
                                .withNamespace(user.namespace())
                                .endMetadata()
                                .withNewSpec()
                                .addToHard("pods", new Quantity("0"))
                                .endSpec()
                                .build())
                .create();
    }

    private void atMost(ClusterUser user, String memory) {
        cluster.client()
                .resource(
                        new LimitRangeBuilder()
                                .withNewMetadata()
                                .withName("small")
                                .withNamespace(user.namespace())
                                .endMetadata()
                                .withNewSpec()
                                .addNewLimit()
                                .withType("Container")
                                .addToMax("memory", new Quantity(memory))
                                .endLimit()
                                .endSpec()
                                .build())
                .create();
    }

    private void refused(ClusterUser user, String words) {
        user.awaitReason(MATRIX, "one", Reason.PodRefused);
        assertThat(user.status(MATRIX, "one").message()).contains(words);
    }
}
