package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.Phase;
import io.brainmatrix.api.v1alpha1.Reason;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** More is promised than the node has: R2. */
@Tag("cluster")
@ExtendWith(Installation.class)
class ScarcityE2E {
    private static final String MATRIX = "crowd";

    /** Two fit with the headroom of the second, three do not: 2 × 0.35 + 0.35 × 1.2 > 1. */
    private static final int PERCENT = 35;

    private final Cluster cluster;
    private final World world = new World();

    ScarcityE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void whatFitsRunsAndTheRestSaysWithNumbersWhyItWaits() {
        world.place(Models.chain(Models.TINY_MIB), "crowd.gguf");
        long budget = cluster.allocatable() / 100 * PERCENT;
        String ram = ", budget: {ram: \"%d\"}".formatted(budget);
        Matrix bare = Matrix.on(MATRIX, World.hostPath("crowd.gguf"));
        try (ClusterUser user = new ClusterUser(cluster, "e2e-crowd")) {
            user.apply(
                    bare.instance("name: first" + ram)
                            .instance("name: second" + ram)
                            .instance("name: third, watches: [first, second]" + ram)
                            .instance(
                                    "name: giant, budget: {ram: \"%d\"}"
                                            .formatted(2 * cluster.allocatable())));
            user.awaitReady(MATRIX, "first", "second");
            user.awaitReason(MATRIX, "third", Reason.WaitingForMemory);
            user.awaitReason(MATRIX, "giant", Reason.BudgetExceedsNode);

            assertThat(user.status(MATRIX, "third").message())
                    .containsPattern("needs [0-9.]+ ?[GM]i.* [0-9.]+ ?[GM]i");
            assertThat(user.status(MATRIX, "giant").message()).containsPattern("[0-9.]+ ?[GM]i");
            assertThat(user.matrix(MATRIX).orElseThrow().getStatus().conditions())
                    .anySatisfy(
                            c -> {
                                assertThat(c.type()).isEqualTo("BudgetFits");
                                assertThat(c.status().name()).isEqualTo("False");
                                assertThat(c.message()).containsPattern("[0-9]");
                            });
            Await.during(
                    cluster,
                    "the third one stays out",
                    Duration.ofSeconds(3),
                    () ->
                            assertThat(user.status(MATRIX, "third").phase())
                                    .isEqualTo(Phase.Waiting));

            user.apply(bare.instance("name: second" + ram).instance("name: third" + ram));
            user.awaitReady(MATRIX, "third");
        } finally {
            world.remove("crowd.gguf");
        }
    }
}
