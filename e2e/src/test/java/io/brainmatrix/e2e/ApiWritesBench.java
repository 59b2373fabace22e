package io.brainmatrix.e2e;

import io.brainmatrix.quickstart.Chart;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.extension.ExtendWith;

/** What operator and agent write, by the API server's own audit log. */
@Tag("bench")
@ExtendWith(Installation.class)
@EnabledIfEnvironmentVariable(
        named = AuditLog.VARIABLE,
        matches = ".+",
        disabledReason = "needs the path of the API server's audit log, level Metadata")
class ApiWritesBench {
    private static final String MATRIX = "writes";
    private static final int INSTANCES = 6;
    private static final Duration IDLE = Duration.ofMinutes(2);

    private final Cluster cluster;
    private final World world = new World();

    ApiWritesBench(Cluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void perAdmissionAndPerIdleMinute() {
        world.place(Models.chain(Models.TINY_MIB), "writes.gguf");
        try (ClusterUser user = new ClusterUser(cluster, "e2e-writes");
                LaneHistory lane = new LaneHistory(cluster)) {
            // The first one also makes the matrix's volume and claim.
            Matrix matrix =
                    Matrix.on(MATRIX, World.hostPath("writes.gguf"))
                            .instance("name: i0, budget: {ram: 256Mi}");
            user.apply(matrix);
            user.awaitReady(MATRIX, "i0");
            calm(lane);

            Instant from = Instant.now();
            String[] names = new String[INSTANCES];
            for (int i = 0; i < INSTANCES; i++) {
                names[i] = "n" + i;
                matrix = matrix.instance("name: n" + i + ", budget: {ram: 256Mi}");
            }
            user.apply(matrix);
            user.awaitReady(MATRIX, names);
            calm(lane);
            Instant to = Instant.now();
            Map<String, Long> operator = writes("brainmatrix-operator", from, to);
            long counted =
                    operator.entrySet().stream()
                            .filter(e -> !e.getKey().contains("nodememories"))
                            .mapToLong(Map.Entry::getValue)
                            .sum();
            Bench.say(
                    "operator's writes for %d admissions: %d, %.1f each, NodeMemory apart; %s"
                            .formatted(INSTANCES, counted, counted / (double) INSTANCES, operator));
            Bench.say(
                    "agent's writes meanwhile, %.0f s: %s"
                            .formatted(
                                    Bench.seconds(Duration.between(from, to)),
                                    writes("brainmatrix-node-agent", from, to)));

            Instant idle = Instant.now();
            Await.during(cluster, "nothing happens", IDLE, () -> {});
            Instant end = Instant.now();
            Bench.say(
                    "idle for %d s: operator %s, agent %s"
                            .formatted(
                                    IDLE.toSeconds(),
                                    writes("brainmatrix-operator", idle, end),
                                    writes("brainmatrix-node-agent", idle, end)));
            Bench.say("lines logged meanwhile: %s".formatted(logged(user, idle)));
        } finally {
            world.remove("writes.gguf");
        }
    }

    /** How many lines each pod of the release and each instance has logged since then. */
    private Map<String, Long> logged(ClusterUser user, Instant since) {
        Map<String, Long> lines = new TreeMap<>();
        Stream.concat(
                        user.pods().stream(),
                        cluster
                                .client()
                                .pods()
                                .inNamespace(Chart.NAMESPACE)
                                .list()
                                .getItems()
                                .stream())
                .forEach(
                        pod ->
                                lines.put(
                                        pod.getMetadata().getName(),
                                        cluster.client()
                                                .pods()
                                                .inNamespace(pod.getMetadata().getNamespace())
                                                .withName(pod.getMetadata().getName())
                                                .sinceTime(since.toString())
                                                .getLog()
                                                .lines()
                                                .count()));
        return lines;
    }

    private void calm(LaneHistory lane) {
        Await.during(
                cluster,
                "the lane stays free",
                Duration.ofSeconds(2),
                () -> {
                    if (lane.holder() != null) {
                        throw new AssertionError("held");
                    }
                });
    }

    /** Writes by a service account, by verb and resource. */
    private static Map<String, Long> writes(String account, Instant from, Instant to) {
        return AuditLog.ofThisRun().orElseThrow().writes(account).stream()
                .filter(w -> !w.received().isBefore(from) && w.received().isBefore(to))
                .collect(
                        Collectors.groupingBy(
                                AuditLog.Write::kind, TreeMap::new, Collectors.counting()));
    }
}
