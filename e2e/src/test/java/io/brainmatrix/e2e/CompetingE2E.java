package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two matrices of different people want the same node at once: R1 across matrices. */
@Tag("cluster")
@ExtendWith(Installation.class)
class CompetingE2E {
    private static final String MATRIX = "rival";
    private static final List<String> INSTANCES = List.of("one", "two");

    private final Cluster cluster;
    private final World world = new World();

    CompetingE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void neverLoadTogether() {
        world.place(Models.chain(Models.LARGE_MIB), "rival.gguf");
        try (ClusterUser left = new ClusterUser(cluster, "e2e-left");
                ClusterUser right = new ClusterUser(cluster, "e2e-right");
                LaneHistory lane = new LaneHistory(cluster)) {
            Matrix matrix =
                    Matrix.on(MATRIX, World.hostPath("rival.gguf"))
                            .instance("name: one, budget: {ram: 700Mi}")
                            .instance("name: two, budget: {ram: 700Mi}");
            left.apply(matrix);
            right.apply(matrix);
            left.awaitReady(MATRIX, "one", "two");
            right.awaitReady(MATRIX, "one", "two");
            Await.until(cluster, "the lane is free", () -> assertThat(lane.holder()).isNull());

            List<LaneHistory.Hold> holds = lane.holds();
            assertThat(holds).hasSize(4);
            for (int i = 1; i < holds.size(); i++) {
                assertThat(holds.get(i).from()).isAfterOrEqualTo(holds.get(i - 1).end());
            }
            // The pods' own clocks say the same, each load in a hold of its own.
            List<Load> loads =
                    Stream.of(left, right)
                            .flatMap(user -> INSTANCES.stream().map(i -> Load.of(user, MATRIX, i)))
                            .toList();
            assertThat(holds)
                    .allSatisfy(
                            hold ->
                                    assertThat(loads)
                                            .filteredOn(l -> hold.covers(l.from(), l.to()))
                                            .hasSize(1));
        } finally {
            world.remove("rival.gguf");
        }
    }
}
