package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.NodeMemoryStatus;
import io.brainmatrix.api.v1alpha1.Reason;
import io.brainmatrix.quickstart.Chart;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Others take the room, and give it back; the agent goes and returns: R2, R3. */
@Tag("cluster")
@ExtendWith(Installation.class)
class RoomE2E {
    private static final String MATRIX = "room";
    private static final long MI = 1L << 20;

    /** What others take, and what of it the instance could do without. */
    private static final long BALLAST_MIB = 3072;

    private static final long SPARE_MIB = 1536;

    /** The promise: so long after the room is there, plus the settle window. */
    private static final Duration ADMITTED_WITHIN = Duration.ofSeconds(2);

    private static final Duration WINDOW = Duration.ofSeconds(1);

    /** Two and a half fast heartbeats, and what a status takes to be written. */
    private static final Duration STALE = Duration.ofSeconds(25 + 5);

    private final Cluster cluster;
    private final World world = new World();

    RoomE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void place() {
        world.place(Models.chain(Models.TINY_MIB), "room.gguf");
    }

    @AfterEach
    void remove() {
        world.remove("room.gguf");
    }

    private Matrix big() {
        return Matrix.on(MATRIX, World.hostPath("room.gguf")).instance(bigInstance("big", 0));
    }

    /** Fits as long as nobody takes the ballast's memory, with as much promised to others. */
    private String bigInstance(String name, long promised) {
        long reserve = Objects.requireNonNull(cluster.reading().reserve());
        long free = World.available() - reserve - promised - SPARE_MIB * MI;
        // Needs its budget and 20 % of it.
        return "name: %s, budget: {ram: \"%d\"}".formatted(name, free * 10 / 12);
    }

    @Test
    void waitsForAPodThatTakesMoreThanItAskedFor() {
        waitsFor("e2e-room-pod", () -> Ballast.pod(cluster, BALLAST_MIB));
    }

    @Test
    void waitsForAProcessThatNobodyKnows() {
        waitsFor("e2e-room-process", () -> Ballast.process(BALLAST_MIB));
    }

    private void waitsFor(String namespace, java.util.function.Supplier<Ballast> others) {
        try (ClusterUser user = new ClusterUser(cluster, namespace);
                LaneHistory lane = new LaneHistory(cluster)) {
            Matrix big = big();
            long before = World.available();
            Ballast ballast = others.get();
            try {
                awaitBallast(before);
                user.apply(big);
                user.awaitReason(MATRIX, "big", Reason.WaitingForMemory);
                String message = Objects.requireNonNull(user.status(MATRIX, "big").message());
                Sums.waitsForMemory(message);
                assertThat(message).endsWith("; number 1 of 1 in the queue");
                Await.during(
                        cluster,
                        "it stays out",
                        Duration.ofSeconds(3),
                        () -> assertThat(lane.holds()).isEmpty());
            } finally {
                Instant freed = ballast.free();
                user.awaitReady(MATRIX, "big");
                Duration waited = Duration.between(freed, lane.holds().getFirst().from());
                Figures.note(namespace + ": from freed memory to the lane", waited);
                assertThat(waited).isLessThan(ADMITTED_WITHIN.plus(WINDOW));
            }
        }
    }

    @Test
    void aSilentAgentClosesTheGateAndTouchesNothingThatRuns() {
        try (ClusterUser user = new ClusterUser(cluster, "e2e-room-agent");
                LaneHistory lane = new LaneHistory(cluster)) {
            Matrix both =
                    Matrix.on(MATRIX, World.hostPath("room.gguf"))
                            .instance("name: runs, budget: {ram: 512Mi}");
            user.apply(both);
            user.awaitReady(MATRIX, "runs");
            Pod running = user.podOf(MATRIX, "runs");

            Matrix waiting = both.instance(bigInstance("waits", 512 * MI));
            long before = World.available();
            Ballast ballast = Ballast.process(BALLAST_MIB);
            try {
                awaitBallast(before);
                user.apply(waiting);
                user.awaitReason(MATRIX, "waits", Reason.WaitingForMemory);
                agents("{\"brainmatrix.io/nowhere\": \"true\"}");
                Instant silent = Instant.now();
                user.awaitReason(MATRIX, "waits", Reason.WaitingForReading);
                assertThat(Duration.between(silent, Instant.now())).isLessThan(STALE);
                ballast.free();
                Await.during(
                        cluster,
                        "nobody is let in by an old reading",
                        Duration.ofSeconds(4),
                        () -> assertThat(lane.holds()).hasSize(1));
            } finally {
                ballast.free();
                agents("{}");
            }

            user.awaitReady(MATRIX, "runs", "waits");
            assertThat(user.podOf(MATRIX, "runs").getMetadata().getUid())
                    .isEqualTo(running.getMetadata().getUid());
        }
    }

    /**
     * A gate that is open lets in before the ballast is there, or before the agent has told of it
     * or of memory that moves. Most of it is enough, and more than is spare: what ran before may
     * still be giving memory back.
     */
    private void awaitBallast(long availableBefore) {
        long most = availableBefore - (BALLAST_MIB + SPARE_MIB) / 2 * MI;
        Await.until(
                cluster,
                "the ballast is there",
                () -> assertThat(World.available()).isLessThan(most));
        Await.until(
                cluster,
                "the agent tells of it",
                () -> {
                    NodeMemoryStatus reading = cluster.reading();
                    if (reading.settledSince() != null) {
                        assertThat(reading.available()).isLessThan(most);
                    }
                });
    }

    /** Keeps agents to nodes with these labels, a JSON object. */
    private void agents(String nodes) {
        cluster.client()
                .apps()
                .daemonSets()
                .inNamespace(Chart.NAMESPACE)
                .withName(Chart.RELEASE + "-node-agent")
                .patch(
                        PatchContext.of(PatchType.JSON),
                        """
                        [{"op": "add", "path": "/spec/template/spec/nodeSelector", "value": %s}]
                        """
                                .formatted(nodes));
    }
}
