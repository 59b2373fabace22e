package io.brainmatrix.memory.settling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Settled means: a low slope over a whole window, in both directions. */
class SettledTracesTest {
    private static final long MIB = 1 << 20;
    private static final long LEVEL = 8000 * MIB;
    private static final long TICK_MILLIS = 100;

    /** Two seconds: twenty ticks. */
    private static final SettleRule RULE = new SettleRule(Duration.ofSeconds(2), 16 * MIB);

    @Test
    void settlesWhenMemoryIsFlatForAWholeWindow() {
        Verdict verdict = judge(trace(2000, t -> LEVEL));

        assertThat(verdict.settled()).isTrue();
        assertThat(verdict.slopePerSecond()).hasValue(0);
    }

    @Test
    void waitsUntilTheWindowIsCovered() {
        assertThat(judge(trace(1900, t -> LEVEL)).settled()).isFalse();
        assertThat(judge(trace(2000, t -> LEVEL)).settled()).isTrue();
    }

    @Test
    void saysNothingAboutFewerThanThreeSamples() {
        assertThat(judge(List.of())).isEqualTo(new Verdict(java.util.OptionalLong.empty(), false));
        Verdict two = judge(List.of(at(0, LEVEL), at(2000, LEVEL)));
        assertThat(two.slopePerSecond()).isEmpty();
        assertThat(two.settled()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {-500, -17, 17, 500})
    void isNotSettledOnARampBeyondTheBound(long mibPerSecond) {
        Verdict verdict = judge(trace(4000, t -> LEVEL + mibPerSecond * MIB * t / 1000));

        assertThat(verdict.settled()).isFalse();
        assertThat(verdict.slopePerSecond().orElseThrow()).isEqualTo(mibPerSecond * MIB);
    }

    @ParameterizedTest
    @ValueSource(longs = {-16, -1, 1, 16})
    void isSettledOnARampWithinTheBound(long mibPerSecond) {
        assertThat(judge(trace(4000, t -> LEVEL + mibPerSecond * MIB * t / 1000)).settled())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {-1000, 1000})
    void isNotSettledWhileAStepLiesInTheMiddleOfTheWindow(long mib) {
        assertThat(judge(trace(4000, t -> t < 3000 ? LEVEL : LEVEL + mib * MIB)).settled())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {-1000, 1000})
    void settlesAgainAWindowAfterAStep(long mib) {
        assertThat(judge(trace(5000, t -> t < 3000 ? LEVEL : LEVEL + mib * MIB)).settled())
                .isTrue();
    }

    /** A load that has just begun takes memory for a quarter of the window only. */
    @ParameterizedTest
    @ValueSource(longs = {300, 400, 500, 1000, 1500})
    void isNotSettledOnceAFallHasLastedThreeSamples(long fallingMillis) {
        long from = 4000 - fallingMillis;

        Verdict verdict = judge(trace(4000, t -> LEVEL - 500 * MIB * Math.max(0, t - from) / 1000));

        assertThat(verdict.settled()).isFalse();
        assertThat(verdict.slopePerSecond().orElseThrow()).isNegative();
    }

    @ParameterizedTest
    @ValueSource(longs = {2000, 2500, 3000, 3500, 3900, 4000})
    void overlooksASingleOutlier(long outlierAt) {
        assertThat(judge(trace(4000, t -> t == outlierAt ? LEVEL - 2000 * MIB : LEVEL)).settled())
                .isTrue();
    }

    @Test
    void overlooksNoiseThatLeadsNowhere() {
        Random random = new Random(7);

        assertThat(judge(trace(4000, t -> LEVEL + random.nextLong(8 * MIB))).settled()).isTrue();
    }

    @Test
    void isNotSettledAcrossAGap() {
        List<Sample> samples = new ArrayList<>(trace(4000, t -> LEVEL));
        samples.removeIf(s -> s.atNanos() > 2_500_000_000L && s.atNanos() < 3_700_000_000L);

        assertThat(judge(samples).settled()).isFalse();
    }

    @Test
    void takesAGapOfHalfAWindow() {
        List<Sample> samples = new ArrayList<>(trace(4000, t -> LEVEL));
        samples.removeIf(s -> s.atNanos() > 2_500_000_000L && s.atNanos() < 3_500_000_000L);

        assertThat(judge(samples).settled()).isTrue();
    }

    @Test
    void forgetsWhatLiesBeforeTheWindow() {
        assertThat(judge(trace(4000, t -> t < 1900 ? t * MIB : LEVEL)).settled()).isTrue();
    }

    @Test
    void refusesRulesWithoutWindowOrWithANegativeBound() {
        assertThatThrownBy(() -> new SettleRule(Duration.ZERO, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SettleRule(Duration.ofSeconds(1), -1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static Verdict judge(List<Sample> samples) {
        return SettledPolicy.judge(samples, RULE);
    }

    private static Sample at(long millis, long available) {
        return new Sample(millis * 1_000_000, available);
    }

    private static List<Sample> trace(long untilMillis, LongUnaryOperator level) {
        List<Sample> samples = new ArrayList<>();
        for (long t = 0; t <= untilMillis; t += TICK_MILLIS) {
            samples.add(at(t, level.applyAsLong(t)));
        }
        return samples;
    }
}
