package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.quickstart.Chart;
import io.brainmatrix.quickstart.InferenceImage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The same three births with the gate taken off: shows that {@link BirthE2E} can fail. */
@Tag("cluster")
@ExtendWith(Installation.class)
class LaneOffE2E {
    private static final String MATRIX = "rush";
    private static final List<String> INSTANCES = List.of("first", "second", "third");

    private final Cluster cluster;

    LaneOffE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void withoutTheLaneLoadsOverlapHalfOfTheTimeOrMore() {
        World world = new World();
        world.place(Models.chain(Models.LARGE_MIB), "rush.gguf");
        String image = InferenceImage.of(cluster.client(), Chart.NAMESPACE);
        try (OwnOperator _ = OwnOperator.deciding(cluster, new OpenGate(), image);
                ClusterUser user = new ClusterUser(cluster, "e2e-rush")) {
            // A little CPU each: 300 MiB then take 5 to 30 s instead of half a second.
            user.apply(
                    Matrix.on(MATRIX, World.hostPath("rush.gguf"))
                            .instance("name: first, budget: {ram: 700Mi, cpu: 60m}")
                            .instance("name: second, budget: {ram: 700Mi, cpu: 60m}")
                            .instance("name: third, budget: {ram: 700Mi, cpu: 60m}"));
            user.awaitReady(MATRIX, "first", "second", "third");

            List<Load> loads = INSTANCES.stream().map(i -> Load.of(user, MATRIX, i)).toList();
            assertThat(loads)
                    .as("several times what lies between the pods' starts")
                    .allSatisfy(l -> assertThat(l.length()).isGreaterThan(Duration.ofSeconds(3)));
            assertThat(overlap(loads)).isGreaterThanOrEqualTo(0.5);
        } finally {
            world.remove("rush.gguf");
        }
    }

    /** The part of the time with a load in which there were two or more. */
    private static double overlap(List<Load> loads) {
        List<Instant> edges =
                loads.stream().flatMap(l -> Stream.of(l.from(), l.to())).sorted().toList();
        Duration any = Duration.ZERO;
        Duration several = Duration.ZERO;
        for (int i = 1; i < edges.size(); i++) {
            Instant begin = edges.get(i - 1);
            Instant end = edges.get(i);
            long at = loads.stream().filter(l -> l.covers(begin, end)).count();
            Duration length = Duration.between(begin, end);
            any = at >= 1 ? any.plus(length) : any;
            several = at >= 2 ? several.plus(length) : several;
        }
        return several.toNanos() / (double) any.toNanos();
    }
}
