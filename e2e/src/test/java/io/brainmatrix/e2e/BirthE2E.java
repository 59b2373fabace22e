package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.NodeMemoryStatus;
import io.brainmatrix.api.v1alpha1.PodMemory;
import io.brainmatrix.modelgenerator.ChainText;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Three instances of 300 MiB come up on one node: R1, R9. */
@Tag("cluster")
@ExtendWith(Installation.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BirthE2E {
    private static final String MATRIX = "glass-jar";
    private static final List<String> INSTANCES = List.of("subject", "observer", "god");
    private static final long BUDGET = 700L << 20;

    /** The API's defaults of admission.settle. */
    private static final long SLOPE_BOUND = 16L << 20;

    private static final Duration WINDOW = Duration.ofSeconds(1);

    private final Cluster cluster;
    private final World world = new World();
    private final ClusterUser user;
    private final LaneHistory lane;
    private final MemoryHistory memory;

    BirthE2E(Cluster cluster) {
        this.cluster = cluster;
        this.user = new ClusterUser(cluster, "e2e-birth");
        this.lane = new LaneHistory(cluster);
        this.memory = new MemoryHistory(cluster);
    }

    @BeforeAll
    void comesUp() {
        world.place(Models.chain(Models.LARGE_MIB), "birth.gguf");
        Duration took =
                Cluster.timed(
                        () -> {
                            user.apply(
                                    Matrix.on(MATRIX, World.hostPath("birth.gguf"))
                                            .instance(
                                                    "name: subject, role: Subject, budget: {ram: 700Mi}")
                                            .instance(
                                                    "name: observer, role: Observer, watches: [subject], budget: {ram: 700Mi}")
                                            .instance(
                                                    "name: god, role: God, watches: [subject, observer], budget: {ram: 700Mi}"));
                            user.awaitReady(MATRIX, "subject", "observer", "god");
                        });
        Figures.note("apply to three Ready", took);
        Await.until(cluster, "the lane is free again", () -> assertThat(lane.holder()).isNull());
    }

    @AfterAll
    void leaves() {
        lane.close();
        memory.close();
        user.close();
        world.remove("birth.gguf");
    }

    @Test
    void theLaneIsTakenByOneAfterTheOtherInTheOrderOfWatching() {
        List<LaneHistory.Hold> holds = lane.holds();

        assertThat(holds)
                .extracting(LaneHistory.Hold::pod)
                .containsExactly(MATRIX + "-subject-1", MATRIX + "-observer-1", MATRIX + "-god-1");
        for (int i = 1; i < holds.size(); i++) {
            assertThat(holds.get(i).from()).isAfterOrEqualTo(holds.get(i - 1).end());
        }
    }

    @Test
    void eachLoadLiesInsideItsOwnHoldAndBesideTheOthers() {
        Instant last = Instant.EPOCH;
        Duration sum = Duration.ZERO;
        for (LaneHistory.Hold hold : lane.holds()) {
            PodMemory load = load(hold);
            Instant started = Objects.requireNonNull(load.loadStarted());
            Instant ended = Objects.requireNonNull(load.loadEnded());

            assertThat(hold.covers(started, ended)).as("%s covers %s", hold, load).isTrue();
            assertThat(started).isAfter(last);
            last = ended;
            sum = sum.plus(Duration.between(started, ended));
        }
        Figures.note("sum of the three loads", sum);
    }

    @Test
    void memoryWasSettledOverAWholeWindowBeforeEachRelease() {
        for (LaneHistory.Hold hold : lane.holds()) {
            Instant ended = Objects.requireNonNull(load(hold).loadEnded());
            List<NodeMemoryStatus> after = memory.between(ended.plus(WINDOW), hold.end());

            assertThat(after)
                    .as("snapshots a window after the load of %s", hold)
                    .anySatisfy(
                            s -> {
                                assertThat(s.settledSince()).isNotNull();
                                assertThat(s.slopePerSecond())
                                        .isNotNull()
                                        .isBetween(-SLOPE_BOUND, SLOPE_BOUND);
                            });
        }
    }

    @Test
    void theKernelsLimitIsTheBudget() {
        for (String instance : INSTANCES) {
            Pod pod = user.podOf(MATRIX, instance);

            assertThat(world.limit(pod)).as("cgroup of %s", instance).isEqualTo(BUDGET);
            assertThat(user.<Long>talk(MATRIX, instance, c -> c.status().path("limit").asLong()))
                    .as("what %s read back", instance)
                    .isEqualTo(BUDGET);
            assertThat(world.cgroup(pod)).exists();
        }
    }

    @Test
    void completesTheScriptedTextWordForWord() {
        assertThat(user.<String>talk(MATRIX, "subject", c -> c.complete("the quick", 3)))
                .isEqualTo(ChainText.after("quick", 3));
        assertThat(
                        user.<List<String>>talk(
                                MATRIX, "subject", c -> c.completeStreamed("the quick", 3)))
                .containsExactly(" brown", " fox", " jumps");
    }

    @Test
    void chatsTheScriptedTextStreamedAndNot() {
        String whole = user.talk(MATRIX, "god", c -> c.chat("say it", 9));
        List<String> parts = user.talk(MATRIX, "god", c -> c.chatStreamed("say it", 9));

        assertThat(whole).isEqualTo(ChainText.fromStart(9));
        assertThat(String.join("", parts)).isEqualTo(whole);
        assertThat(parts).hasSizeGreaterThan(1);
    }

    @Test
    void eachServiceAnswersAtItsClusterAddress() {
        for (String instance : INSTANCES) {
            user.awaitAnswer(MATRIX, instance);
        }
    }

    private PodMemory load(LaneHistory.Hold hold) {
        String uid = user.pod(hold.pod()).getMetadata().getUid();
        return memory.loaded(uid)
                .orElseThrow(() -> new AssertionError("no load of " + hold + " was published"));
    }
}
