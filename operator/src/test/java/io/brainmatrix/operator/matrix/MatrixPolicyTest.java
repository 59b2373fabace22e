package io.brainmatrix.operator.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.BrainMatrixSpec;
import io.brainmatrix.api.v1alpha1.BrainMatrixStatus;
import io.brainmatrix.api.v1alpha1.Budget;
import io.brainmatrix.api.v1alpha1.Instance;
import io.brainmatrix.api.v1alpha1.InstanceMemory;
import io.brainmatrix.api.v1alpha1.InstanceStatus;
import io.brainmatrix.api.v1alpha1.MindStatus;
import io.brainmatrix.api.v1alpha1.Phase;
import io.brainmatrix.api.v1alpha1.PodMemory;
import io.brainmatrix.api.v1alpha1.Reason;
import io.brainmatrix.operator.admission.InstanceKey;
import io.brainmatrix.operator.admission.Waiting;
import io.brainmatrix.operator.placement.PlacementPlan;
import io.brainmatrix.operator.recovery.KernelKill;
import io.brainmatrix.operator.recovery.LastWords;
import io.brainmatrix.operator.recovery.PodEnd;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MatrixPolicyTest {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
    private static final InstanceKey SUBJECT = new InstanceKey("brains", "jar", "uid", "subject");

    private static BrainMatrix matrix(@Nullable BrainMatrixStatus status) {
        BrainMatrix matrix = new BrainMatrix();
        matrix.setMetadata(
                new ObjectMetaBuilder()
                        .withNamespace("brains")
                        .withName("jar")
                        .withUid("uid")
                        .withGeneration(1L)
                        .build());
        matrix.setSpec(
                new BrainMatrixSpec(
                        false,
                        null,
                        null,
                        null,
                        null,
                        List.of(
                                new Instance(
                                        "subject",
                                        null,
                                        new Budget(new Quantity("1Gi"), null, null),
                                        null,
                                        0,
                                        null,
                                        null,
                                        null,
                                        null,
                                        null))));
        matrix.setStatus(status);
        return matrix;
    }

    private static PodView ended(int exitCode, String containerReason, String message) {
        return ended(true, exitCode, containerReason, message);
    }

    /** Its container has ended, and its phase may tell it or not. */
    private static PodView ended(
            boolean over, int exitCode, String containerReason, String message) {
        return new PodView(
                "jar-subject-1",
                "pod-uid",
                "subject",
                1,
                "hash",
                Optional.of("edge"),
                true,
                false,
                true,
                false,
                Optional.empty(),
                Optional.of(
                        new PodEnd(
                                over,
                                "pod-uid",
                                1,
                                OptionalInt.of(exitCode),
                                Optional.of(containerReason),
                                Optional.empty(),
                                true,
                                true,
                                Optional.empty(),
                                false,
                                List.of(),
                                false,
                                false,
                                KernelKill.Unknown,
                                Optional.of(NOW.minusSeconds(20)),
                                NOW,
                                1L << 30,
                                new LastWords(
                                        Optional.of("Checking"),
                                        Optional.empty(),
                                        Optional.of(message),
                                        Optional.empty(),
                                        OptionalLong.empty(),
                                        Optional.empty(),
                                        List.of()))));
    }

    private static MatrixPlan decide(
            @Nullable BrainMatrixStatus status,
            Instant now,
            String hash,
            @Nullable Waiting waiting,
            PodView... pods) {
        return MatrixPolicy.decide(
                new MatrixSnapshot(
                        matrix(status),
                        now,
                        List.of(pods),
                        Map.of("subject", hash),
                        Map.of(),
                        Map.of(),
                        waiting == null ? Map.of() : Map.of(SUBJECT, waiting),
                        Map.of("subject", new PlacementPlan.Place("edge"))));
    }

    /** Whatever another node has to offer, and be it its own that may not run it any more. */
    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void oneThatRunsIsNeverMoved(boolean ready, boolean placedElsewhere) {
        PlacementPlan elsewhere =
                placedElsewhere
                        ? new PlacementPlan.Place("bigger")
                        : new PlacementPlan.NoNodeFits("no node may run it");
        PodView pod =
                new PodView(
                        "jar-subject-1",
                        "p1",
                        "subject",
                        1,
                        "hash",
                        Optional.of("edge"),
                        true,
                        ready,
                        ready,
                        false,
                        Optional.empty(),
                        Optional.empty());

        MatrixPlan plan =
                MatrixPolicy.decide(
                        new MatrixSnapshot(
                                matrix(null),
                                NOW,
                                List.of(pod),
                                Map.of("subject", "hash"),
                                Map.of(),
                                Map.of(),
                                Map.of(),
                                Map.of("subject", elsewhere)));

        assertThat(subject(plan).node()).isEqualTo("edge");
        assertThat(subject(plan).pod()).isEqualTo("jar-subject-1");
        assertThat(plan.steps()).isEmpty();
    }

    private static InstanceStatus subject(MatrixPlan plan) {
        return plan.status().instances().getFirst();
    }

    private static Waiting queue(Reason reason) {
        return new Waiting(reason, "by the queue", OptionalInt.empty());
    }

    @ParameterizedTest
    @CsvSource({
        "10, ConfigurationInvalid",
        "11, ModelMissing",
        "12, DigestMismatch",
        "13, ModelInvalid",
        "14, FootprintOverBudget",
        "15, GpuUnavailable",
        "20, LimitNotApplied"
    })
    void eachExitCodeOfAFaultHasItsReason(int code, Reason reason) {
        MatrixPlan plan = decide(null, NOW, "hash", null, ended(code, "Error", "its words"));

        assertThat(subject(plan).reason()).isEqualTo(reason);
        assertThat(subject(plan).message()).contains("its words");
    }

    @Test
    void ofWhomNobodyHasSaidAnythingItIsSaidThatHeIsNotObserved() {
        MatrixSnapshot snapshot =
                new MatrixSnapshot(
                        matrix(null),
                        NOW,
                        List.of(),
                        Map.of(),
                        Map.of(),
                        Map.of(),
                        Map.of(),
                        Map.of());

        assertThat(new InstanceDraft(InstancePolicy.unseen("subject")).build(snapshot).reason())
                .isEqualTo(Reason.NotObserved);
    }

    @Test
    void aFaultIsTheReasonForAsLongAsItsDelayRunsWhateverTheQueueSays() {
        MatrixPlan first = decide(null, NOW, "hash", null, ended(11, "Error", "no file"));
        MatrixPlan second =
                decide(first.status(), NOW.plusSeconds(1), "hash", queue(Reason.BackingOff));

        for (MatrixPlan plan : List.of(first, second)) {
            assertThat(subject(plan).reason()).isEqualTo(Reason.ModelMissing);
            assertThat(subject(plan).phase()).isEqualTo(Phase.Faulty);
            assertThat(subject(plan).message()).contains("no file");
            assertThat(subject(plan).crashes()).extracting(c -> c.total()).isEqualTo(0L);
        }
    }

    @Test
    void anEditEndsTheDelayOfAFault() {
        MatrixPlan first = decide(null, NOW, "hash", null, ended(11, "Error", "no file"));
        MatrixPlan edited =
                decide(first.status(), NOW.plusSeconds(1), "edited", queue(Reason.WaitingInQueue));

        assertThat(subject(edited).reason()).isEqualTo(Reason.WaitingInQueue);
    }

    @Test
    void r6ADeathIsCountedOnceAndItsPodForgottenOnlyBySteps() {
        PodView death = ended(137, "OOMKilled", "");
        MatrixPlan first = decide(null, NOW, "hash", null, death);
        MatrixPlan again = decide(first.status(), NOW.plusSeconds(1), "hash", null, death);

        assertThat(first.steps()).containsExactly(new PodStep.Forget("jar-subject-1", "pod-uid"));
        assertThat(subject(again).crashes()).isEqualTo(subject(first).crashes());
        assertThat(subject(again).crashes()).extracting(c -> c.total()).isEqualTo(1L);
        assertThat(subject(again).nextAttempt()).isEqualTo(NOW.plusSeconds(3));
        assertThat(subject(again).reason()).isEqualTo(Reason.BackingOff);
    }

    @Test
    void r6AnEndThatItsPhaseDoesNotTellYetIsCountedAndItsPodKept() {
        MatrixPlan early = decide(null, NOW, "hash", null, ended(false, 137, "Error", ""));
        MatrixPlan over =
                decide(
                        early.status(),
                        NOW.plusSeconds(1),
                        "hash",
                        null,
                        ended(true, 137, "OOMKilled", ""));

        assertThat(early.steps()).as("its finalizer stays until the phase is told").isEmpty();
        assertThat(subject(early).crashes()).extracting(c -> c.total()).isEqualTo(1L);
        assertThat(subject(early).nextAttempt()).isEqualTo(NOW.plusSeconds(3));
        assertThat(over.steps()).containsExactly(new PodStep.Forget("jar-subject-1", "pod-uid"));
        assertThat(subject(over).crashes()).isEqualTo(subject(early).crashes());
        assertThat(subject(over).nextAttempt()).isEqualTo(NOW.plusSeconds(3));
        assertThat(subject(over).message()).as("what was written down stands").startsWith("Killed");
    }

    @Test
    void aLifeThatBeganBeforeTheLastOnesPhaseWasToldIsTheOneThatLives() {
        MatrixPlan early = decide(null, NOW, "hash", null, ended(false, 137, "Error", ""));
        MatrixPlan next =
                decide(
                        early.status(),
                        NOW.plusSeconds(4),
                        "hash",
                        null,
                        ended(false, 137, "Error", ""),
                        living(2, "second"));
        MatrixPlan over =
                decide(
                        next.status(),
                        NOW.plusSeconds(5),
                        "hash",
                        null,
                        ended(true, 137, "Error", ""),
                        living(2, "second"));

        for (MatrixPlan plan : List.of(next, over)) {
            assertThat(subject(plan).pod()).isEqualTo("jar-subject-2");
            assertThat(subject(plan).phase()).isEqualTo(Phase.Loading);
            assertThat(subject(plan).nextAttempt()).isNull();
            assertThat(subject(plan).crashes()).isEqualTo(subject(early).crashes());
        }
        assertThat(over.steps()).containsExactly(new PodStep.Forget("jar-subject-1", "pod-uid"));
    }

    @Test
    void aWaitBeginsOnceHoweverOftenItsEndIsSeen() {
        PodView death = ended(137, "OOMKilled", "");
        MatrixPlan first =
                decide(null, NOW.plusSeconds(60), "hash", queue(Reason.WaitingInQueue), death);

        assertThat(subject(first).nextAttempt()).isEqualTo(NOW.plusSeconds(61));

        MatrixPlan late =
                decide(
                        first.status(),
                        NOW.plusSeconds(90),
                        "hash",
                        queue(Reason.WaitingInQueue),
                        death);

        assertThat(subject(late).nextAttempt()).as("not begun anew").isNull();
        assertThat(subject(late).reason()).isEqualTo(Reason.WaitingInQueue);
    }

    @Test
    void r8ACacheThatStillShowsACountedPodAliveTakesNoWaitAway() {
        PodView death = ended(137, "OOMKilled", "");
        MatrixPlan counted = decide(null, NOW, "hash", null, death);

        MatrixPlan late =
                decide(counted.status(), NOW.plusSeconds(1), "hash", null, living(1, "pod-uid"));

        assertThat(subject(late).nextAttempt()).isEqualTo(NOW.plusSeconds(3));
        assertThat(subject(late).reason()).isEqualTo(Reason.BackingOff);
    }

    @Test
    void aModelThatWasReplacedUnderItsPathIsSaid() {
        MatrixPlan first = MatrixPolicy.decide(withModel(null, "hash", "aaaa", living(1, "first")));
        MatrixPlan second =
                MatrixPolicy.decide(withModel(first.status(), "hash", "bbbb", living(2, "second")));

        assertThat(StatusEvents.between(first.status(), second.status()))
                .filteredOn(e -> e.reason().equals("ModelChanged"))
                .singleElement()
                .satisfies(
                        e -> {
                            assertThat(e.warning()).isTrue();
                            assertThat(e.message()).contains("life 2", "bbbb", "was aaaa");
                        });
        assertThat(
                        StatusEvents.between(
                                second.status(),
                                MatrixPolicy.decide(
                                                withModel(
                                                        second.status(),
                                                        "hash",
                                                        "bbbb",
                                                        living(3, "third")))
                                        .status()))
                .extracting(StatusEvents.Draft::reason)
                .doesNotContain("ModelChanged");
    }

    @Test
    void anEditMayNameAnotherModelWithoutAWord() {
        MatrixPlan first =
                MatrixPolicy.decide(withModel(null, "other", "aaaa", living(1, "first", "other")));
        MatrixPlan edited =
                MatrixPolicy.decide(withModel(first.status(), "hash", null, living(2, "second")));
        MatrixPlan told =
                MatrixPolicy.decide(
                        withModel(edited.status(), "hash", "bbbb", living(2, "second")));

        assertThat(StatusEvents.between(first.status(), edited.status()))
                .extracting(StatusEvents.Draft::reason)
                .doesNotContain("ModelChanged");
        assertThat(StatusEvents.between(edited.status(), told.status()))
                .extracting(StatusEvents.Draft::reason)
                .doesNotContain("ModelChanged");
    }

    private static PodView living(long life, String uid) {
        return living(life, uid, "hash");
    }

    private static PodView living(long life, String uid, String hash) {
        return new PodView(
                "jar-subject-" + life,
                uid,
                "subject",
                life,
                hash,
                Optional.of("edge"),
                true,
                false,
                false,
                false,
                Optional.empty(),
                Optional.empty());
    }

    private static MatrixSnapshot withModel(
            @Nullable BrainMatrixStatus status,
            String hash,
            @Nullable String fingerprint,
            PodView pod) {
        return reported(status, hash, fingerprint, null, pod);
    }

    private static MatrixSnapshot reported(
            @Nullable BrainMatrixStatus status,
            String hash,
            @Nullable String fingerprint,
            @Nullable MindStatus mind,
            PodView pod) {
        return new MatrixSnapshot(
                matrix(status),
                NOW,
                List.of(pod),
                Map.of("subject", hash),
                Map.of(),
                Map.of(
                        pod.uid(),
                        new PodMemory(
                                pod.uid(),
                                "Loading",
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                fingerprint,
                                mind)),
                Map.of(),
                Map.of("subject", new PlacementPlan.Place("edge")));
    }

    @Test
    void r7ADeathAndAResurrectionAreEvents() {
        MatrixPlan dead = decide(null, NOW, "hash", null, ended(137, "OOMKilled", ""));

        assertThat(StatusEvents.between(null, dead.status()))
                .extracting(StatusEvents.Draft::reason)
                .contains("Died", "BackingOff");
        assertThat(StatusEvents.between(null, dead.status()))
                .extracting(StatusEvents.Draft::message)
                .anyMatch(m -> m.contains("OutOfMemory") && m.endsWith("deaths so far: 1"));
    }

    @Test
    void anUnchangedMatrixIsWrittenNoSecondTime() {
        MatrixPlan first = decide(null, NOW, "hash", queue(Reason.WaitingForLane));
        MatrixPlan second =
                decide(first.status(), NOW.plusSeconds(5), "hash", queue(Reason.WaitingForLane));

        assertThat(StatusChange.between(first.status(), second.status()))
                .isEqualTo(StatusChange.NONE);
    }

    @Test
    void whyOneWaitsIsPassingAndADeathIsAFact() {
        MatrixPlan waits = decide(null, NOW, "hash", queue(Reason.WaitingForLane));
        MatrixPlan next =
                decide(
                        waits.status(),
                        NOW.plusSeconds(1),
                        "hash",
                        queue(Reason.WaitingForSettledMemory));
        MatrixPlan dead = decide(waits.status(), NOW, "hash", null, ended(137, "OOMKilled", ""));

        assertThat(StatusChange.between(null, waits.status())).isEqualTo(StatusChange.FACTS);
        assertThat(StatusChange.between(waits.status(), next.status()))
                .isEqualTo(StatusChange.PASSING);
        assertThat(StatusEvents.between(waits.status(), next.status())).isEmpty();
        assertThat(StatusChange.between(waits.status(), dead.status()))
                .isEqualTo(StatusChange.FACTS);
    }

    @Test
    void measuredBytesAreTellingOnlyWhenTheyDifferByATwentieth() {
        BrainMatrixStatus old = measured(1000);

        assertThat(StatusChange.between(old, measured(1050))).isEqualTo(StatusChange.NONE);
        assertThat(StatusChange.between(old, measured(1051))).isEqualTo(StatusChange.NUMBERS);
        assertThat(StatusChange.between(old, measured(1000))).isEqualTo(StatusChange.NONE);
    }

    private static BrainMatrixStatus thinking(
            @Nullable BrainMatrixStatus before, int perMinute, long deathsSeen) {
        return MatrixPolicy.decide(
                        reported(
                                before,
                                "hash",
                                null,
                                new MindStatus(perMinute, deathsSeen),
                                living(1, "first")))
                .status();
    }

    /** A mind that keeps its pace is written no second time, though no two minutes are alike. */
    @ParameterizedTest(name = "{0} and then {1} a minute: {2}")
    @CsvSource({
        "0, 0, NONE",
        "0, 1, NUMBERS",
        "1, 0, NUMBERS",
        "1, 2, NONE",
        "2, 4, NUMBERS",
        "12, 15, NONE",
        "12, 9, NONE",
        "12, 16, NUMBERS",
        "600, 460, NONE",
        "600, 440, NUMBERS",
    })
    void onlyAnotherPaceOfAMindIsTelling(int before, int after, StatusChange change) {
        BrainMatrixStatus old = thinking(null, before, 0);

        assertThat(StatusChange.between(old, thinking(old, after, 0))).isEqualTo(change);
    }

    @Test
    void thoughtsAreShownOfThoseThatAreAlive() {
        BrainMatrixStatus thinks = thinking(null, 12, 0);
        BrainMatrixStatus unheard =
                MatrixPolicy.decide(
                                new MatrixSnapshot(
                                        matrix(thinks),
                                        NOW,
                                        List.of(living(1, "first")),
                                        Map.of("subject", "hash"),
                                        Map.of(),
                                        Map.of(),
                                        Map.of(),
                                        Map.of("subject", new PlacementPlan.Place("edge"))))
                        .status();
        BrainMatrixStatus dead =
                decide(thinks, NOW, "hash", null, ended(137, "OOMKilled", "")).status();

        assertThat(thinks.thoughtsPerMinute()).isEqualTo(12);
        assertThat(unheard.thoughtsPerMinute()).as("one answer that did not come").isEqualTo(12);
        assertThat(dead.thoughtsPerMinute()).isNull();
        assertThat(decide(null, NOW, "hash", null).status().thoughtsPerMinute())
                .as("without a mind")
                .isNull();
    }

    @Test
    void aDeathThatAWatcherSawIsAnEventOnce() {
        BrainMatrixStatus none = thinking(null, 12, 0);
        BrainMatrixStatus one = thinking(none, 12, 1);
        BrainMatrixStatus same = thinking(one, 12, 1);

        assertThat(StatusChange.between(none, one)).isEqualTo(StatusChange.NUMBERS);
        assertThat(StatusEvents.between(none, one))
                .singleElement()
                .satisfies(
                        event -> {
                            assertThat(event.reason()).isEqualTo("DeathSeen");
                            assertThat(event.warning()).isFalse();
                            assertThat(event.message()).startsWith("subject, life 1").endsWith("1");
                        });
        assertThat(StatusEvents.between(one, same)).isEmpty();
    }

    @Test
    void theColumnsSayWhyTheFirstIsNotReadyHowManyDiedAndWhere() {
        BrainMatrixStatus waits = decide(null, NOW, "hash", queue(Reason.WaitingForLane)).status();
        BrainMatrixStatus died =
                decide(waits, NOW, "hash", null, ended(137, "OOMKilled", "")).status();
        // The one that died is no longer wanted.
        BrainMatrix renamed = matrix(died);
        renamed.setSpec(
                Serialization.unmarshal(
                        "instances: [{name: other, budget: {ram: 1Gi}}]", BrainMatrixSpec.class));
        BrainMatrixStatus left =
                MatrixPolicy.decide(
                                new MatrixSnapshot(
                                        renamed, NOW, List.of(), Map.of(), Map.of(), Map.of(),
                                        Map.of(), Map.of()))
                        .status();

        assertThat(waits.reason()).isEqualTo(Reason.WaitingForLane);
        assertThat(waits.deaths()).isZero();
        assertThat(waits.nodes()).isEqualTo("edge");
        assertThat(died.reason()).isEqualTo(Reason.BackingOff);
        assertThat(died.deaths()).isEqualTo(1);
        assertThat(left.reason()).isNotEqualTo(Reason.BackingOff);
        assertThat(left.deaths()).as("never shrinks").isEqualTo(1);
        assertThat(left.nodes()).as("of those that are wanted").isNull();
    }

    private static BrainMatrixStatus measured(long peak) {
        BrainMatrixStatus status = decide(null, NOW, "hash", queue(Reason.WaitingForLane)).status();
        return new BrainMatrixStatus(
                status.observedGeneration(),
                status.ready(),
                status.reason(),
                status.deaths(),
                status.thoughtsPerMinute(),
                status.nodes(),
                status.conditions(),
                List.of(
                        status.instances()
                                .getFirst()
                                .measured(new InstanceMemory(1L, 2L, 3L, peak), null)));
    }

    /** Also when the cluster has deleted its pod: it ends when its node hears of that. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void oneWhoseNodeDoesNotAnswerSaysSo(boolean deleted) {
        PodView lost =
                new PodView(
                        "jar-subject-1",
                        "pod-uid",
                        "subject",
                        1,
                        "hash",
                        Optional.of("edge"),
                        false,
                        false,
                        true,
                        deleted,
                        Optional.empty(),
                        Optional.empty());
        MatrixPlan plan =
                MatrixPolicy.decide(
                        new MatrixSnapshot(
                                matrix(null),
                                NOW,
                                List.of(lost),
                                Map.of("subject", "hash"),
                                Map.of(),
                                Map.of(),
                                Map.of(),
                                Map.of()));

        assertThat(plan.status().instances())
                .singleElement()
                .satisfies(
                        i -> {
                            assertThat(i.reason()).isEqualTo(Reason.NodeLost);
                            assertThat(i.message()).contains("`edge` does not answer");
                        });
        assertThat(plan.steps()).isEmpty();
    }
}
