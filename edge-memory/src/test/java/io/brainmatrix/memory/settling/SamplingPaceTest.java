package io.brainmatrix.memory.settling;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pace itself, and the judgement over windows whose intervals it changes. */
class SamplingPaceTest {
    private static final long MIB = 1 << 20;
    private static final SettleRule RULE = new SettleRule(Duration.ofSeconds(1), 16 * MIB);
    private static final Duration FAST = Duration.ofMillis(100);
    private static final Duration CALM = Duration.ofMillis(250);

    @Test
    void isSlowOnlyWhileMemoryIsSettledAndNobodyAsks() {
        assertThat(SamplingPace.pause(false, true, RULE)).isEqualTo(CALM);
        assertThat(SamplingPace.pause(false, false, RULE)).isEqualTo(FAST);
        assertThat(SamplingPace.pause(true, true, RULE)).isEqualTo(FAST);
        assertThat(SamplingPace.pause(true, false, RULE)).isEqualTo(FAST);
    }

    @ParameterizedTest
    @ValueSource(longs = {100, 200, 300, 500, 750, 1000, 30_000})
    void aCalmNodeStaysSettledByAnyWindow(long millis) {
        SettleRule rule = new SettleRule(Duration.ofMillis(millis), 16 * MIB);

        List<Judged> judged = run(rule, 3 * millis + 2000, at -> 4096 * MIB);

        int first = firstSettled(judged, 0);
        assertThat(judged.subList(first, judged.size())).allMatch(Judged::settled);
    }

    @Test
    void aStepOnACalmNodeIsSeenInThreeSamplesAndSettlesAWindowLater() {
        List<Judged> judged = run(RULE, 10_000, at -> at < 5100 ? 4096 * MIB : 3596 * MIB);

        List<Judged> unsettled =
                judged.stream().filter(j -> j.millis() >= 5100 && !j.settled()).toList();
        assertThat(unsettled.getFirst().millis() - 5100).isBetween(1L, 750L);
        assertThat(unsettled.getLast().millis() - 5100).isBetween(700L, 1250L);
        assertThat(judged.getLast().pause()).isEqualTo(CALM);
    }

    @Test
    void aRampIsLookedAtFastAndNeverSettledOnceSeen() {
        LongUnaryOperator ramp = at -> 4096 * MIB - Math.max(0, at - 3000) * 50 * MIB / 1000;

        List<Judged> judged = run(RULE, 12_000, ramp);

        assertThat(judged.stream().filter(j -> j.millis() > 4000))
                .isNotEmpty()
                .allMatch(j -> !j.settled() && j.pause().equals(FAST));
    }

    private record Judged(long millis, boolean settled, Duration pause) {}

    private static int firstSettled(List<Judged> judged, int from) {
        int first = from;
        while (!judged.get(first).settled()) {
            first++;
        }
        return first;
    }

    /** Samples as the agent takes them while nobody asks. */
    private static List<Judged> run(SettleRule rule, long millis, LongUnaryOperator available) {
        List<Sample> samples = new ArrayList<>();
        List<Judged> judged = new ArrayList<>();
        long nanos = 0;
        while (nanos <= millis * 1_000_000) {
            long at = nanos / 1_000_000;
            samples.add(new Sample(nanos, available.applyAsLong(at)));
            boolean settled = SettledPolicy.judge(samples, rule).settled();
            Duration pause = SamplingPace.pause(false, settled, rule);
            judged.add(new Judged(at, settled, pause));
            nanos += pause.toNanos();
        }
        return judged;
    }
}
