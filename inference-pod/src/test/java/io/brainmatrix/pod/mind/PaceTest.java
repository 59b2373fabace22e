package io.brainmatrix.pod.mind;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PaceTest {
    private final Pace pace = new Pace();

    /** A monotonic clock may begin anywhere. */
    private static long at(long millis) {
        return Long.MAX_VALUE - 5 + TimeUnit.MILLISECONDS.toNanos(millis);
    }

    @Test
    void countsThoseOfTheLastMinute() {
        assertThat(pace.lastMinute(at(0))).isZero();
        for (int i = 0; i < 1200; i++) {
            pace.thought(at(i * 100L)); // for two minutes
        }

        assertThat(pace.lastMinute(at(119_900))).isBetween(590, 600);
        assertThat(pace.lastMinute(at(149_900))).isBetween(290, 310);
        assertThat(pace.lastMinute(at(181_000))).isZero();
    }

    @Test
    void aRareThoughtCountsForAMinute() {
        pace.thought(at(0));

        assertThat(pace.lastMinute(at(59_999))).isEqualTo(1);
        assertThat(pace.lastMinute(at(60_000))).isZero();
    }
}
