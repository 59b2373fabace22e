package io.brainmatrix.memory.settling;

import java.time.Duration;

/**
 * How long until the next sample: 100 ms while memory moves or somebody waits for the answer, 250
 * ms while all is calm. Pure.
 *
 * <p>100 ms see a load that has just begun after 300 ms. 250 ms still judge the default window of a
 * second at any time, so that the gate of a calm node opens at once, and cost less than half a
 * percent of a core; nothing calm is looked at more often. No pause is longer than a third of the
 * window, since a gap of half of it says nothing of what lay between: a shorter window costs more.
 *
 * <p>The intervals of one window may differ: {@link SettledPolicy} goes by the samples' times.
 */
public final class SamplingPace {
    private static final Duration FAST = Duration.ofMillis(100);
    private static final Duration CALM = Duration.ofMillis(250);
    private static final int LEAST_PER_WINDOW = 3;

    private SamplingPace() {}

    /**
     * The pause after a sample; always positive.
     *
     * @param asked whether the operator asks for fast samples: somebody loads or waits
     * @param settled what the latest window says; false before the first is covered
     * @param rule the rule in force
     */
    public static Duration pause(boolean asked, boolean settled, SettleRule rule) {
        Duration wanted = asked || !settled ? FAST : CALM;
        Duration longest = rule.window().dividedBy(LEAST_PER_WINDOW);
        return wanted.compareTo(longest) <= 0 ? wanted : longest;
    }
}
