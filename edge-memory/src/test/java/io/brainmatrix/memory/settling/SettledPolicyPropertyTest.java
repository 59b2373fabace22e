package io.brainmatrix.memory.settling;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every trace, on seeded ones: flat stretches, ramps and steps with noise. */
class SettledPolicyPropertyTest {
    private static final long MIB = 1 << 20;

    static LongStream seeds() {
        return LongStream.range(0, 200);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void neverCallsAMoveThroughTheWholeWindowSettled(long seed) {
        Random random = new Random(seed);
        SettleRule rule = rule(random);
        long bound = rule.maxSlopePerSecond();
        long slope = (bound * 2 + random.nextLong(bound * 50)) * (random.nextBoolean() ? 1 : -1);

        Verdict verdict = SettledPolicy.judge(ramp(random, rule, slope, bound / 8), rule);

        assertThat(verdict.settled()).isFalse();
        assertThat(Long.signum(verdict.slopePerSecond().orElseThrow()))
                .isEqualTo(Long.signum(slope));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void callsEverySlowMoveSettled(long seed) {
        Random random = new Random(seed);
        SettleRule rule = rule(random);
        long bound = rule.maxSlopePerSecond();
        long slope = random.nextLong(bound) - bound / 2;

        assertThat(SettledPolicy.judge(ramp(random, rule, slope, bound / 8), rule).settled())
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void judgesTheMirroredTraceAlike(long seed) {
        Random random = new Random(seed);
        SettleRule rule = rule(random);
        List<Sample> trace = walk(random, rule);
        List<Sample> mirrored =
                trace.stream().map(s -> new Sample(s.atNanos(), -s.available())).toList();

        Verdict verdict = SettledPolicy.judge(trace, rule);
        Verdict mirror = SettledPolicy.judge(mirrored, rule);

        assertThat(mirror.settled()).isEqualTo(verdict.settled());
        // Rounding half up is the one asymmetry.
        assertThat(Math.abs(mirror.slopePerSecond().orElse(0) + verdict.slopePerSecond().orElse(0)))
                .isLessThanOrEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void judgesByDifferencesAlone(long seed) {
        Random random = new Random(seed);
        SettleRule rule = rule(random);
        List<Sample> trace = walk(random, rule);
        List<Sample> moved =
                trace.stream()
                        .map(s -> new Sample(s.atNanos() - 1_000_000_007, s.available() + 5 * MIB))
                        .toList();

        assertThat(SettledPolicy.judge(moved, rule)).isEqualTo(SettledPolicy.judge(trace, rule));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void neverSettlesBeyondTheReportedBound(long seed) {
        Random random = new Random(seed);
        SettleRule rule = rule(random);
        List<Sample> trace = walk(random, rule);
        for (int end = 0; end <= trace.size(); end++) {
            Verdict verdict = SettledPolicy.judge(trace.subList(0, end), rule);
            if (verdict.settled()) {
                assertThat(Math.abs(verdict.slopePerSecond().orElseThrow()))
                        .isLessThanOrEqualTo(rule.maxSlopePerSecond());
            }
        }
    }

    private static SettleRule rule(Random random) {
        return new SettleRule(
                Duration.ofMillis(1000 + random.nextLong(4000)), (8 + random.nextLong(56)) * MIB);
    }

    private static List<Sample> ramp(Random random, SettleRule rule, long slope, long noise) {
        List<Sample> samples = new ArrayList<>();
        long nanos = random.nextLong(1L << 40);
        long start = nanos;
        while (nanos - start < rule.window().toNanos() * 3 / 2) {
            long moved = Math.round(slope * ((nanos - start) / 1e9));
            samples.add(new Sample(nanos, 8000 * MIB + moved + random.nextLong(noise)));
            nanos += 60_000_000 + random.nextLong(60_000_000);
        }
        return samples;
    }

    private static List<Sample> walk(Random random, SettleRule rule) {
        List<Sample> samples = new ArrayList<>();
        long nanos = 0;
        long level = 8000 * MIB;
        long slope = 0;
        while (nanos < rule.window().toNanos() * 3) {
            if (random.nextInt(12) == 0) {
                slope = random.nextBoolean() ? 0 : (random.nextLong(1000) - 500) * MIB;
            }
            long tick = 60_000_000 + random.nextLong(60_000_000);
            level += Math.round(slope * (tick / 1e9)) + random.nextLong(MIB);
            nanos += tick;
            samples.add(new Sample(nanos, level));
        }
        return samples;
    }
}
