package io.brainmatrix.pod.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A heap of 16; the numbers are MiB. */
class HeapRuleTest {
    private final HeapRule rule = new HeapRule(16);

    @Test
    void isDueAtThreeQuartersOfWhatItBeganWith() {
        assertThat(rule.due(11)).isFalse();
        assertThat(rule.due(12)).isTrue();
        rule.collected(4);
        assertThat(rule.due(11)).isFalse();
        assertThat(rule.due(12)).isTrue();
    }

    @Test
    void isNotDueAgainBecauseMuchIsAlive() {
        rule.collected(30);
        assertThat(rule.due(35)).isFalse();
        assertThat(rule.due(36)).isTrue();
    }

    @Test
    void isTriedAgainAfterAWhileWhenMuchWasAlive() {
        rule.collected(30);
        for (int look = 1; look < 20; look++) {
            assertThat(rule.due(30)).isFalse();
        }
        assertThat(rule.due(30)).isTrue();
        rule.collected(4);
        for (int look = 0; look < 100; look++) {
            assertThat(rule.due(11)).isFalse();
        }
    }

    @Test
    void isDueAtTheUsualMarkOnceALargeOneHasShrunk() {
        rule.collected(30);
        assertThat(rule.due(5)).isFalse();
        assertThat(rule.due(12)).isTrue();
    }
}
