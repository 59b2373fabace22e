package io.brainmatrix.memory.settling;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettledPolicyTest {
    private static final long MI = 1L << 20;
    private static final SettleRule RULE = new SettleRule(Duration.ofSeconds(1), 16 * MI);

    /** Samples every 100 ms; the value is a function of milliseconds. */
    private static List<Sample> trace(int milliseconds, LongUnaryOperator value) {
        List<Sample> samples = new ArrayList<>();
        for (long at = 0; at <= milliseconds; at += 100) {
            samples.add(new Sample(at * 1_000_000, value.applyAsLong(at)));
        }
        return samples;
    }

    private static boolean settled(List<Sample> samples) {
        return SettledPolicy.judge(samples, RULE).settled();
    }

    @Test
    void aFlatWindowIsSettled() {
        assertThat(settled(trace(1000, at -> 4096 * MI))).isTrue();
    }

    @Test
    void lessThanAWindowIsNotSettledHoweverFlat() {
        assertThat(settled(trace(900, at -> 4096 * MI))).isFalse();
    }

    @Test
    void aRampIsNotSettledInEitherDirection() {
        assertThat(settled(trace(2000, at -> 4096 * MI - at * 50 * MI / 1000))).isFalse();
        assertThat(settled(trace(2000, at -> 4096 * MI + at * 50 * MI / 1000))).isFalse();
    }

    @Test
    void aStepInTheWindowIsNotSettledAndOneBeforeItIs() {
        assertThat(settled(trace(2000, at -> at < 1500 ? 4096 * MI : 3596 * MI))).isFalse();
        assertThat(settled(trace(3000, at -> at < 1500 ? 4096 * MI : 3596 * MI))).isTrue();
    }

    @Test
    void noiseBelowTheBoundIsSettled() {
        assertThat(settled(trace(2000, at -> 4096 * MI + at / 100 % 2 * 4 * MI))).isTrue();
    }

    @Test
    void aGapOfMoreThanHalfTheWindowIsNotSettled() {
        List<Sample> samples = trace(2000, at -> 4096 * MI);
        samples.removeIf(s -> s.atNanos() > 1_200_000_000L && s.atNanos() < 1_900_000_000L);

        assertThat(settled(samples)).isFalse();
    }

    /**
     * MemAvailable as the kernel reckons it: page cache counts, but for half of it or, where that
     * is less, the low watermark, here that of a node of 8 GiB.
     */
    private static long memAvailable(long free, long cache) {
        return free + cache - Math.min(cache / 2, 11 * MI);
    }

    @ParameterizedTest
    @ValueSource(longs = {20, 400})
    void pageCacheThatGrowsIsSettledAndALoadOfTheSameSpeedIsNot(long mibPerSecond) {
        LongUnaryOperator taken = at -> at * mibPerSecond * MI / 1000;
        List<Sample> cache =
                trace(
                        5000,
                        at ->
                                memAvailable(
                                        6000 * MI - taken.applyAsLong(at), taken.applyAsLong(at)));
        List<Sample> load = trace(5000, at -> memAvailable(6000 * MI - taken.applyAsLong(at), 0));

        for (int end = 11; end <= cache.size(); end++) {
            assertThat(settled(cache.subList(0, end))).isTrue();
            assertThat(settled(load.subList(0, end))).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, -1})
    void aTimeBaseThatJumpsADayIsNotSettledForAWindowAndHidesNoRamp(long days) {
        List<Sample> flat = jumping(days, at -> 4096 * MI);
        List<Sample> falling = jumping(days, at -> 4096 * MI - at * 50 * MI / 1000);

        for (int i = 0; i < flat.size(); i++) {
            long at = i * 100L;
            assertThat(settled(flat.subList(0, i + 1)))
                    .as("at %d ms, the jump at 1500 ms", at)
                    .isEqualTo((at >= 1000 && at < 1500) || at >= 2500);
            assertThat(settled(falling.subList(0, i + 1))).isFalse();
        }
    }

    private static List<Sample> jumping(long days, LongUnaryOperator value) {
        return trace(4000, value).stream()
                .map(
                        s ->
                                s.atNanos() < 1_500_000_000L
                                        ? s
                                        : new Sample(
                                                s.atNanos() + Duration.ofDays(days).toNanos(),
                                                s.available()))
                .toList();
    }

    @Test
    void theSlopeHasTheSignOfTheChange() {
        assertThat(SettledPolicy.judge(trace(1000, at -> -at * MI), RULE).slopePerSecond())
                .hasValue(-1000 * MI);
    }

    @Test
    void judgesALongWindowOfManySamples() {
        SettleRule rule = new SettleRule(java.time.Duration.ofMinutes(2), 16L << 20);
        java.util.List<Sample> flat = new java.util.ArrayList<>();
        java.util.List<Sample> falling = new java.util.ArrayList<>();
        for (long i = 0; i <= 1_200; i++) {
            long available = 4L << 30;
            flat.add(new Sample(i * 100_000_000L, available));
            falling.add(new Sample(i * 100_000_000L, available - i * (4L << 20)));
        }

        assertThat(SettledPolicy.judge(flat, rule).settled()).isTrue();
        assertThat(SettledPolicy.judge(falling, rule).settled()).isFalse();
    }
}
