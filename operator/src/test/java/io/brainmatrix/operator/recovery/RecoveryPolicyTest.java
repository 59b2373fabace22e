package io.brainmatrix.operator.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.Crashes;
import io.brainmatrix.api.v1alpha1.EndClass;
import io.brainmatrix.api.v1alpha1.Reason;
import io.brainmatrix.operator.recovery.RecoveryPolicy.Aftermath;
import io.brainmatrix.operator.recovery.RecoveryPolicy.Tally;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

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
}
