package io.brainmatrix.operator.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.BrainMatrixStatus;
import io.brainmatrix.api.v1alpha1.InstanceStatus;
import io.brainmatrix.api.v1alpha1.Phase;
import io.brainmatrix.api.v1alpha1.Reason;
import io.brainmatrix.operator.admission.InstanceKey;
import io.brainmatrix.operator.admission.Waiting;
import io.brainmatrix.operator.placement.PlacementPlan;
import io.brainmatrix.operator.recovery.KernelKill;
import io.brainmatrix.operator.recovery.LastWords;
import io.brainmatrix.operator.recovery.PodEnd;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An instance whose model is missing: who waits for the file, and what its arrival changes. */
class ScoutPolicyTest {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
    private static final InstanceKey LATE = new InstanceKey("brains", "jar", "uid", "late");
    private static final ScoutStep SEND = new ScoutStep.Send("late", 2, "edge", Optional.empty());

    /** The snapshot's, to be changed by a test. */
    private Instant now = NOW;

    private String hash = "hash";
    private String node = "edge";
    private boolean suspend;
    private Set<String> room = Set.of("edge");

    private static PodView missed(long life) {
        return ended(life, 11);
    }

    private static PodView ended(long life, int exitCode) {
        String uid = "pod-" + life;
        return new PodView(
                "jar-late-" + life,
                uid,
                "late",
                life,
                "hash",
                Optional.of("edge"),
                true,
                false,
                false,
                false,
                Optional.empty(),
                Optional.of(
                        new PodEnd(
                                true,
                                uid,
                                life,
                                OptionalInt.of(exitCode),
                                Optional.of("Error"),
                                Optional.empty(),
                                true,
                                false,
                                Optional.empty(),
                                false,
                                List.of(),
                                false,
                                false,
                                KernelKill.Unknown,
                                Optional.of(NOW),
                                NOW,
                                1L << 30,
                                LastWords.none())));
    }

    private static ScoutView scout(long life, boolean found) {
        return new ScoutView(
                "jar-late-" + life + "-scout", "s" + life, "late", life, "edge", false, found);
    }

    private MatrixPlan decide(
            @Nullable BrainMatrixStatus status, List<PodView> pods, ScoutView... scouts) {
        BrainMatrix matrix =
                Serialization.unmarshal(
                        """
                        apiVersion: brainmatrix.io/v1alpha1
                        kind: BrainMatrix
                        metadata: {name: jar, namespace: brains, uid: uid, generation: 1}
                        spec: {suspend: %s, instances: [{name: late, budget: {ram: 1Gi}}]}
                        """
                                .formatted(suspend),
                        BrainMatrix.class);
        matrix.setStatus(status);
        return MatrixPolicy.decide(
                new MatrixSnapshot(
                        matrix,
                        now,
                        pods,
                        Map.of("late", hash),
                        Map.of(),
                        Map.of(),
                        Map.of(
                                LATE,
                                new Waiting(
                                        suspend ? Reason.Suspended : Reason.BackingOff,
                                        "by the queue",
                                        OptionalInt.empty())),
                        Map.of("late", new PlacementPlan.Place(node)),
                        List.of(scouts),
                        room));
    }

    private static InstanceStatus late(MatrixPlan plan) {
        return plan.status().instances().getFirst();
    }

    /** After two lives that found no file: it waits for 20 s. */
    private BrainMatrixStatus missedTwice() {
        return decide(missedOnce(), List.of(missed(2))).status();
    }

    private BrainMatrixStatus missedOnce() {
        return decide(null, List.of(missed(1))).status();
    }

    @Test
    void theFirstWaitIsShortEnoughWithoutOne() {
        assertThat(decide(missedOnce(), List.of()).scouting()).isEmpty();
    }

    @Test
    void oneIsSentWhereTheNextTryWillBe() {
        assertThat(decide(missedTwice(), List.of()).scouting()).containsExactly(SEND);
        node = "elsewhere"; // another node is tried next, whose file nobody has missed
        room = Set.of("edge", "elsewhere");
        assertThat(decide(missedTwice(), List.of()).scouting()).isEmpty();
    }

    @Test
    void whereANodeHasNoRoomForOneNoneIsSent() {
        room = Set.of();
        assertThat(decide(missedTwice(), List.of()).scouting()).isEmpty();
    }

    @Test
    void oneIsEnough() {
        MatrixPlan plan = decide(missedTwice(), List.of(), scout(2, false));

        assertThat(plan.scouting()).isEmpty();
        assertThat(late(plan).reason()).isEqualTo(Reason.ModelMissing);
        assertThat(late(plan).nextAttempt()).isEqualTo(NOW.plusSeconds(20));
    }

    private BrainMatrixStatus faultyTwice(int exitCode) {
        BrainMatrixStatus once = decide(null, List.of(ended(1, exitCode))).status();
        return decide(once, List.of(ended(2, exitCode))).status();
    }

    /** No other file mends its configuration, a limit that was not applied, a GPU. */
    @ParameterizedTest
    @ValueSource(ints = {10, 15, 20})
    void otherFaultsHaveNone(int exitCode) {
        BrainMatrixStatus faulty = faultyTwice(exitCode);

        assertThat(late(decide(faulty, List.of())).retries()).isEqualTo(2);
        assertThat(decide(faulty, List.of()).scouting()).isEmpty();
        assertThat(late(decide(faulty, List.of(), scout(2, true))).nextAttempt()).isNotNull();
    }

    /** Damaged, with another digest, or too big for its budget. */
    @ParameterizedTest
    @ValueSource(ints = {12, 13, 14})
    void oneIsSentToAFileThatIsWrongAndItsWordIsHeardOnce(int exitCode) {
        BrainMatrixStatus waits = faultyTwice(exitCode);

        assertThat(decide(waits, List.of()).scouting())
                .as("told since when it was wrong: it ended at that time")
                .containsExactly(new ScoutStep.Send("late", 2, "edge", Optional.of(NOW)));
        assertThat(decide(waits, List.of(), scout(2, false)).scouting()).isEmpty();

        MatrixPlan heard = decide(waits, List.of(), scout(2, true));
        assertThat(late(heard).nextAttempt()).isNull();
        assertThat(late(heard).retries()).isNull();
        assertThat(late(heard).phase()).isEqualTo(Phase.Waiting);
        assertThat(heard.scouting())
                .containsExactly(new ScoutStep.Recall("jar-late-2-scout", "s2"));

        MatrixPlan again = decide(heard.status(), List.of(ended(3, exitCode)), scout(2, true));
        assertThat(late(again).nextAttempt())
                .as("another wrong one: a first wait, and no scout in it")
                .isEqualTo(NOW.plusSeconds(10));
        assertThat(again.scouting())
                .containsExactly(new ScoutStep.Recall("jar-late-2-scout", "s2"));
    }

    @Test
    void whoIsToLookForAnotherFileDoesNotHearOfTheWrongOne() {
        BrainMatrixStatus waits = faultyTwice(13);
        hash = "another";

        assertThat(late(decide(waits, List.of(), scout(2, true))).retries()).isEqualTo(2);
    }

    @Test
    void r8ItsWordEndsTheWaitAndBeginsTheRowAnew() {
        BrainMatrixStatus waits = missedTwice();
        MatrixPlan plan = decide(waits, List.of(), scout(2, true));

        assertThat(late(plan).nextAttempt()).isNull();
        assertThat(late(plan).retries()).isNull();
        assertThat(late(plan).modelMissingOn()).isEmpty();
        assertThat(late(plan).phase()).isEqualTo(Phase.Waiting);
        assertThat(late(plan).crashes()).isEqualTo(waits.instances().getFirst().crashes());
        assertThat(StatusChange.between(waits, plan.status()))
                .as("written at once")
                .isEqualTo(StatusChange.FACTS);
        assertThat(plan.scouting()).containsExactly(new ScoutStep.Recall("jar-late-2-scout", "s2"));

        MatrixPlan again = decide(plan.status(), List.of(missed(3)), scout(2, true));
        assertThat(late(again).nextAttempt())
                .as("a file that was gone again: a first wait, and no scout in it")
                .isEqualTo(NOW.plusSeconds(10));
        assertThat(again.scouting())
                .as("what was said after an earlier life is not heard again")
                .containsExactly(new ScoutStep.Recall("jar-late-2-scout", "s2"));
    }

    @Test
    void heardTwiceItSaysNothingNew() {
        MatrixPlan plan = decide(missedTwice(), List.of(), scout(2, true));
        MatrixPlan again = decide(plan.status(), List.of(), scout(2, true));

        assertThat(late(again).nextAttempt()).isNull();
        assertThat(again.scouting())
                .containsExactly(new ScoutStep.Recall("jar-late-2-scout", "s2"));
    }

    @Test
    void itGivesWayBeforeTheNextLife() {
        BrainMatrixStatus waits = missedTwice();
        Instant next = Objects.requireNonNull(waits.instances().getFirst().nextAttempt());
        now = next.minus(ScoutPolicy.GIVES_WAY).minus(Duration.ofMillis(1));
        assertThat(decide(waits, List.of(), scout(2, false)).scouting()).isEmpty();
        now = next.minus(ScoutPolicy.GIVES_WAY);
        assertThat(decide(waits, List.of(), scout(2, false)).scouting())
                .containsExactly(new ScoutStep.Recall("jar-late-2-scout", "s2"));
        assertThat(decide(waits, List.of()).scouting()).isEmpty();
    }

    @Test
    void whoIsSuspendedOrEditedHasNone() {
        BrainMatrixStatus waits = missedTwice();
        suspend = true;
        assertThat(decide(waits, List.of(), scout(2, false)).scouting())
                .containsExactly(new ScoutStep.Recall("jar-late-2-scout", "s2"));
        suspend = false;
        hash = "another";
        MatrixPlan edited = decide(waits, List.of(), scout(2, true));
        assertThat(edited.scouting())
                .containsExactly(new ScoutStep.Recall("jar-late-2-scout", "s2"));
        assertThat(late(edited).retries()).as("it looked for another file").isEqualTo(2);
    }

    @Test
    void oneThatIsGoingIsNotCalledTwice() {
        ScoutView going = new ScoutView("p", "u", "late", 1, "edge", true, false);
        assertThat(decide(missedTwice(), List.of(), going, scout(2, false)).scouting()).isEmpty();
    }
}
