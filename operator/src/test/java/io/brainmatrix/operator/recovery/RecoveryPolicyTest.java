package io.brainmatrix.operator.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.Crashes;
import io.brainmatrix.api.v1alpha1.EndClass;
import io.brainmatrix.api.v1alpha1.Reason;
import io.brainmatrix.api.v1alpha1.Recovery;
import io.brainmatrix.operator.recovery.RecoveryPolicy.Aftermath;
import io.brainmatrix.operator.recovery.RecoveryPolicy.Tally;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecoveryPolicyTest {
    private static final int KILLED_FOR_MEMORY = 137;
    private static final int SHED = 33;
    private static final int MODEL_MISSING = 11;

    /** What follows from one life after the other with the defaults, each ending with a code. */
    private static List<Aftermath> lives(Duration lived, int... codes) {
        List<Aftermath> all = new ArrayList<>();
        Tally tally = new Tally(Crashes.none(), 0);
        Instant from = PodEnds.START;
        for (int i = 0; i < codes.length; i++) {
            PodEnd end = PodEnds.life(i + 1, codes[i], from, lived);
            Aftermath after =
                    RecoveryPolicy.afterEnd(
                            tally, end, EndClassifier.classify(end), null, end.endedAt());
            all.add(after);
            tally = after.tally();
            from = after.nextAttempt().orElse(end.endedAt());
        }
        return all;
    }

    private static Optional<Duration> waited(Aftermath after) {
        return after.nextAttempt()
                .map(
                        next ->
                                Duration.between(
                                        after.tally().crashes().recent().getFirst().when(), next));
    }

    @Test
    void threeDeathsWaitAndTheFourthSuspends() {
        List<Aftermath> after =
                lives(
                        Duration.ofSeconds(5),
                        KILLED_FOR_MEMORY,
                        KILLED_FOR_MEMORY,
                        KILLED_FOR_MEMORY,
                        KILLED_FOR_MEMORY);

        assertThat(after)
                .extracting(a -> waited(a).orElse(Duration.ZERO).toSeconds())
                .containsExactly(3L, 5L, 10L, 0L);
        assertThat(after.getLast().nextAttempt()).isEmpty();
        assertThat(after.getLast().reason()).contains(Reason.TooManyDeaths);
        assertThat(after.getLast().message())
                .contains("death 4 in a row", "allows 3", "restartedAt");
    }

    /** R10: an engine that crashes cannot say why, but what it did last. */
    @ParameterizedTest
    @CsvSource(
            value = {
                "'', slot update_slots: id 0 | task 3 | prompt done, 'EngineFault, exit code 127: the engine''s last line: slot update_slots: id 0 | task 3 | prompt done'",
                "the load was aborted, load_tensors: loading, 'EngineFault, exit code 127: the load was aborted'",
                "'', '', 'EngineFault, exit code 127'",
            })
    void theHistoryTellsWhatWasSaidLast(String message, String engine, String told) {
        PodEnd end = PodEnds.saying(PodEnds.exited(127, "Error"), message, engine);

        Aftermath after =
                RecoveryPolicy.afterEnd(
                        new RecoveryPolicy.Tally(Crashes.none(), 0),
                        end,
                        EndClassifier.classify(end),
                        null,
                        end.endedAt());

        assertThat(after.tally().crashes().recent().getFirst().message()).isEqualTo(told);
    }

    @Test
    void fourShedsForTheNodesSakeSuspendNobody() {
        List<Aftermath> after = lives(Duration.ofSeconds(5), SHED, SHED, SHED, SHED, SHED);

        assertThat(after)
                .allSatisfy(
                        a -> {
                            assertThat(a.reason()).contains(Reason.BackingOff);
                            assertThat(waited(a)).contains(Duration.ofSeconds(10));
                        });
        Crashes crashes = after.getLast().tally().crashes();
        assertThat(crashes.total()).isZero();
        assertThat(crashes.consecutive()).isZero();
        assertThat(crashes.shed()).isEqualTo(5);
        assertThat(crashes.byClass()).isEqualTo(Map.of("ShedForNode", 5L));
    }

    @Test
    void aShedBetweenDeathsNeitherCountsNorForgives() {
        List<Aftermath> after =
                lives(
                        Duration.ofSeconds(5),
                        KILLED_FOR_MEMORY,
                        SHED,
                        KILLED_FOR_MEMORY,
                        SHED,
                        KILLED_FOR_MEMORY,
                        KILLED_FOR_MEMORY);

        assertThat(after.getLast().reason()).contains(Reason.TooManyDeaths);
        assertThat(after.getLast().tally().crashes().byClass())
                .isEqualTo(Map.of("OutOfMemory", 4L, "ShedForNode", 2L));
    }

    @Test
    void aLongLifeStartsTheRowAnewAndKeepsTheTotal() {
        List<Aftermath> after =
                lives(
                        Duration.ofMinutes(10),
                        KILLED_FOR_MEMORY,
                        KILLED_FOR_MEMORY,
                        KILLED_FOR_MEMORY,
                        KILLED_FOR_MEMORY,
                        KILLED_FOR_MEMORY);

        assertThat(after).allSatisfy(a -> assertThat(waited(a)).contains(Duration.ofSeconds(3)));
        assertThat(after.getLast().tally().crashes().consecutive()).isEqualTo(1);
        assertThat(after.getLast().tally().crashes().total()).isEqualTo(5);
    }

    @Test
    void aFaultIsLookedAtAgainEverMoreRarelyAndIsNoDeath() {
        int[] codes = new int[7];
        java.util.Arrays.fill(codes, MODEL_MISSING);

        List<Aftermath> after = lives(Duration.ofSeconds(1), codes);

        assertThat(after)
                .extracting(a -> waited(a).orElseThrow().toSeconds())
                .containsExactly(10L, 20L, 40L, 80L, 160L, 300L, 300L);
        assertThat(after.getLast().reason()).contains(Reason.ModelMissing);
        assertThat(after.getLast().tally().crashes().total()).isZero();
        assertThat(after.getLast().tally().crashes().byClass()).isEmpty();
    }

    /** The sentence of docs/recovery.md: n + 1 pods, and none after. */
    @Test
    void whoDiesAtEveryStartHasOnePodMoreThanThereAreWaits() {
        int[] codes = new int[4];
        java.util.Arrays.fill(codes, KILLED_FOR_MEMORY);

        List<Aftermath> after = lives(Duration.ofMillis(100), codes);

        assertThat(after.stream().filter(a -> a.nextAttempt().isPresent())).hasSize(3);
        assertThat(RecoveryBound.podsPerHour(null)).isGreaterThanOrEqualTo(4);
    }

    /**
     * Milliseconds from the end as its node's clock tells it to when the operator learned of it.
     */
    @ParameterizedTest(name = "{2}")
    @CsvSource({
        "   1000, 0,     'told within the second that it was rounded down to'",
        "   1400, -400,  'told as soon as a kubelet does'",
        "   2900, -1900, 'told as late as a kubelet does'",
        "   3000, -2000, 'told later still'",
        "  60000, -2000, 'no operator ran, or the clock is a minute slow'",
        "86400000, -2000, 'the clock is a day slow'",
        "    999, 0,     'told at once'",
        "      0, 0,     'nobody timed its end'",
        "   -500, 0,     'the clock is a little fast'",
        "-86400000, 0,   'the clock is a day fast'",
    })
    void aWaitBeginsWhenTheContainerEndedButWithinTwoSecondsBeforeItWasLearnedOf(
            long toldAfter, long begins, String what) {
        PodEnd end = PodEnds.life(1, KILLED_FOR_MEMORY, PodEnds.START, Duration.ofSeconds(5));
        Instant learned = end.endedAt().plusMillis(toldAfter);

        assertThat(nextAttempt(end, EndClass.OutOfMemory, learned))
                .as(what)
                .isEqualTo(learned.plusMillis(begins).plusSeconds(3));
        assertThat(nextAttempt(end, EndClass.NodeLost, learned))
                .isEqualTo(learned.plusMillis(begins).plusSeconds(10));
        assertThat(nextAttempt(end, EndClass.PodRefused, learned))
                .isEqualTo(learned.plusMillis(begins).plusSeconds(10));
    }

    private static Instant nextAttempt(PodEnd end, EndClass endClass, Instant learned) {
        return RecoveryPolicy.afterEnd(new Tally(Crashes.none(), 0), end, endClass, null, learned)
                .nextAttempt()
                .orElseThrow();
    }

    @Test
    void whatANodesClockCanTakeFromAWaitIsNotInTheBound() {
        assertThat(RecoveryBound.podsPerHour(new Recovery(List.of("5s"), "1s")))
                .isEqualTo(1 + 3600 / 3);
        assertThat(RecoveryBound.podsPerHour(new Recovery(List.of("2s"), "10m"))).isEqualTo(1 + 7);
    }

    @Test
    void anEndThatIsSeenAgainChangesNothing() {
        PodEnd end = PodEnds.life(1, KILLED_FOR_MEMORY, PodEnds.START, Duration.ofSeconds(5));
        Aftermath once =
                RecoveryPolicy.afterEnd(
                        new Tally(Crashes.none(), 0),
                        end,
                        EndClass.OutOfMemory,
                        null,
                        end.endedAt());

        Aftermath again =
                RecoveryPolicy.afterEnd(
                        once.tally(), end, EndClass.OutOfMemory, null, end.endedAt());

        assertThat(again).isEqualTo(once);
    }

    /** As docs/recovery.md has it; a slow clock may take {@code TOLD_WITHIN} from each wait. */
    @ParameterizedTest
    @CsvSource({"0, 16", "2, 17"})
    void aFaultThatLastsCostsSoManyPodsInItsFirstHour(long shortenedBySeconds, int pods) {
        assertThat(RecoveryPolicy.TOLD_WITHIN).isEqualTo(Duration.ofSeconds(2));
        int made = 1;
        Duration next = RecoveryPolicy.faultDelay(1).minusSeconds(shortenedBySeconds);
        while (next.compareTo(Duration.ofHours(1)) <= 0) {
            made++;
            next = next.plus(RecoveryPolicy.faultDelay(made)).minusSeconds(shortenedBySeconds);
        }

        assertThat(made).isEqualTo(pods);
    }
}
