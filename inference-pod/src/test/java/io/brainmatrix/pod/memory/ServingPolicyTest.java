package io.brainmatrix.pod.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.pod.memory.ServingPolicy.Bounds;
import io.brainmatrix.pod.memory.ServingPolicy.Cause;
import io.brainmatrix.pod.memory.ServingPolicy.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServingPolicyTest {
    private static final long MI = 1L << 20;
    private static final long LIMIT = 1000 * MI;
    private static final long RESERVE = 1000 * MI;
    private static final long PLENTY = 8000 * MI;

    /** Its identity's hash shifts by nothing. */
    private static final Bounds BOUNDS = new Bounds(LIMIT, 880 * MI, RESERVE, 0, "");

    private static Verdict judge(long used, long available, Rung before) {
        return ServingPolicy.judge(steady(used, available), BOUNDS, before);
    }

    /** Ten samples in half a second, all alike. */
    private static Samples steady(long used, long available) {
        return ramp(used, 0, available, 0);
    }

    /** Ends at these figures, after half a second of so much per second. */
    private static Samples ramp(
            long used, long usedPerSecond, long available, long availablePerSecond) {
        Samples samples = new Samples();
        IntStream.rangeClosed(-9, 0)
                .forEach(
                        i -> {
                            double at = i * 0.05;
                            samples.add(
                                    new MemorySample(
                                            Instant.EPOCH,
                                            1_000_000_000L + i * 50_000_000L,
                                            used + Math.round(at * usedPerSecond),
                                            available + Math.round(at * availablePerSecond)));
                        });
        return samples;
    }

    @ParameterizedTest
    @CsvSource({
        "500, Free",
        "949, Free",
        "950, Queue",
        "965, Shorten",
        "975, Refuse",
        "979, Refuse",
        "981, End"
    })
    void ownUseClimbsTheLadder(long used, Rung rung) {
        assertThat(judge(used * MI, PLENTY, Rung.Free).rung()).isEqualTo(rung);
    }

    @ParameterizedTest
    @CsvSource({
        "140, Free",
        "141, Queue",
        "143, Shorten",
        "145, Refuse",
        "147, Refuse",
        "148, End"
    })
    void aSmallLimitLeavesTheKernelItsShare(long used, Rung rung) {
        Bounds small = new Bounds(155 * MI, 91 * MI, RESERVE, 0, "");

        assertThat(ServingPolicy.judge(steady(used * MI, PLENTY), small, Rung.Free).rung())
                .isEqualTo(rung);
    }

    @ParameterizedTest
    @CsvSource({
        "8000, Free",
        "801, Free",
        "799, Queue",
        "649, Shorten",
        "499, Refuse",
        "301, Refuse",
        "299, End"
    })
    void theNodesShortageClimbsTheLadder(long available, Rung rung) {
        Verdict verdict = judge(500 * MI, available * MI, Rung.Free);

        assertThat(verdict.rung()).isEqualTo(rung);
        assertThat(verdict.cause()).isEqualTo(rung == Rung.Free ? Cause.None : Cause.Node);
    }

    @Test
    void theHigherRungTells() {
        assertThat(judge(951 * MI, 499 * MI, Rung.Free))
                .extracting(Verdict::rung, Verdict::cause)
                .containsExactly(Rung.Refuse, Cause.Node);
        assertThat(judge(976 * MI, 799 * MI, Rung.Free))
                .extracting(Verdict::rung, Verdict::cause)
                .containsExactly(Rung.Refuse, Cause.OwnBudget);
    }

    @Test
    void aRungIsLeftLaterThanItIsClimbed() {
        assertThat(judge(946 * MI, PLENTY, Rung.Queue).rung()).isEqualTo(Rung.Queue);
        assertThat(judge(944 * MI, PLENTY, Rung.Queue).rung()).isEqualTo(Rung.Free);
        assertThat(judge(500 * MI, 840 * MI, Rung.Queue).rung()).isEqualTo(Rung.Queue);
        assertThat(judge(500 * MI, 851 * MI, Rung.Queue).rung()).isEqualTo(Rung.Free);
    }

    @Test
    void endsWhereItIsGoingAndNotOnlyWhereItIs() {
        // 900 MiB and 1 GiB/s more: past 98 % in less than the horizon.
        assertThat(ServingPolicy.judge(ramp(900 * MI, 1024 * MI, PLENTY, 0), BOUNDS, Rung.Free))
                .extracting(Verdict::rung, Verdict::cause)
                .containsExactly(Rung.End, Cause.OwnBudget);
        assertThat(
                        ServingPolicy.judge(
                                        ramp(500 * MI, 0, 450 * MI, -1024 * MI), BOUNDS, Rung.Free)
                                .rung())
                .isEqualTo(Rung.End);
    }

    /** Pages of the compute buffer are touched late and fast, and were predicted. */
    @Test
    void whatWasPredictedIsNoAlarmHoweverFastItComes() {
        assertThat(
                        ServingPolicy.judge(ramp(880 * MI, 4096 * MI, PLENTY, 0), BOUNDS, Rung.Free)
                                .rung())
                .isEqualTo(Rung.Free);
    }

    @Test
    void whatIsInSwapCountsForTheLimit() {
        assertThat(ServingPolicy.judge(swapping(700, 290, 0), BOUNDS, Rung.Free))
                .isEqualTo(Verdict.of(Rung.End, Cause.OwnBudget));
    }

    @ParameterizedTest
    @CsvSource({
        "0.9, Free, Free",
        "1.1, Free, Queue",
        "0.6, Queue, Queue",
        "0.4, Queue, Free",
        "4.1, Free, Shorten",
        "17, Free, Refuse",
        "5000, Refuse, Refuse"
    })
    void whatComesBackFromSwapClimbsTheLadder(double perSecond, Rung before, Rung rung) {
        Verdict verdict = ServingPolicy.judge(swapping(500, 100, perSecond), BOUNDS, before);

        assertThat(verdict.rung()).isEqualTo(rung);
        assertThat(verdict.cause()).isEqualTo(rung == Rung.Free ? Cause.None : Cause.Swap);
    }

    /** A second and a half in which so many MiB a second come back. */
    private static Samples swapping(long used, long swapped, double perSecond) {
        Samples samples = new Samples();
        for (int i = 0; i < 30; i++) {
            samples.add(
                    new MemorySample(
                            Instant.EPOCH,
                            i * 50_000_000L,
                            used * MI,
                            swapped * MI,
                            Math.round(i * 0.05 * perSecond * MI),
                            PLENTY));
        }
        return samples;
    }

    @Test
    void whatItTakesItselfOfTheNodeWasReckonedWithAsFarAsItWasPredicted() {
        // It falls by 1 GiB a second, all of it this pod's own, which still has 380 MiB to go.
        assertThat(
                        ServingPolicy.judge(
                                        ramp(500 * MI, 1024 * MI, 450 * MI, -1024 * MI),
                                        BOUNDS,
                                        Rung.Free)
                                .rung())
                .isEqualTo(Rung.Refuse);
        // And here it goes beyond, within a limit that has room.
        assertThat(
                        ServingPolicy.judge(
                                ramp(890 * MI, 1024 * MI, 450 * MI, -1024 * MI),
                                new Bounds(2000 * MI, 880 * MI, RESERVE, 0, ""),
                                Rung.Free))
                .isEqualTo(Verdict.of(Rung.End, Cause.Node));
    }

    @Test
    void freedMemoryIsNoAlarm() {
        assertThat(
                        ServingPolicy.judge(
                                        ramp(900 * MI, -1024 * MI, PLENTY, 1024 * MI),
                                        BOUNDS,
                                        Rung.Free)
                                .rung())
                .isEqualTo(Rung.Free);
    }

    @Test
    void underPressureTheLowerPriorityGoesFirst() {
        Bounds high = new Bounds(LIMIT, 880 * MI, RESERVE, 100, "");
        Bounds low = new Bounds(LIMIT, 880 * MI, RESERVE, -1000, "");
        long lowEnds = endsAt(low);
        long middleEnds = endsAt(BOUNDS);
        long highEnds = endsAt(high);

        assertThat(lowEnds).isEqualTo(500);
        assertThat(middleEnds).isEqualTo(300);
        assertThat(highEnds).isEqualTo(100);
    }

    @Test
    void thoseOfOnePriorityDoNotEndInTheSameMoment() {
        assertThat(ends("brains/trio/one", "brains/trio/two", "brains/trio/three"))
                .doesNotHaveDuplicates()
                .allSatisfy(at -> assertThat(at).isBetween(250L, 300L));
    }

    private static List<Long> ends(String... identities) {
        return List.of(identities).stream()
                .map(i -> endsAt(new Bounds(LIMIT, 880 * MI, RESERVE, 0, i)))
                .toList();
    }

    /** MiB of available memory below which it ends. */
    private static long endsAt(Bounds bounds) {
        long available = 1000;
        while (ServingPolicy.judge(steady(500 * MI, (available - 1) * MI), bounds, Rung.Free).rung()
                != Rung.End) {
            available--;
        }
        return available;
    }
}
