package io.brainmatrix.pod.mind;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TellingRuleTest {
    private static final long SECOND = TellingRule.EVERY.toNanos();

    private final TellingRule rule = new TellingRule(5);

    @Test
    void tellsAfterASecondAndThenOnceASecond() {
        rule.began(8);
        assertThat(rule.waitNanos(8)).isEqualTo(SECOND);
        assertThat(rule.waitNanos(8 + SECOND)).isZero();
        rule.told(1, 3, 2 * SECOND);
        assertThat(rule.waitNanos(2 * SECOND + 7)).isEqualTo(SECOND - 7);
        assertThat(rule.waitNanos(9 * SECOND)).isZero();
    }

    @Test
    void aThoughtThatBeginsMeanwhileIsToldAfterASecondOfItsOwnAndNoSooner() {
        rule.told(1, 3, 0);
        rule.began(SECOND / 2);
        assertThat(rule.waitNanos(SECOND / 2)).isEqualTo(SECOND);
        rule.failed(SECOND);
        rule.began(SECOND);
        assertThat(rule.waitNanos(SECOND)).as("a failure's pause stays").isEqualTo(2 * SECOND);
    }

    @Test
    void tellsOnlyWhatIsNew() {
        assertThat(rule.isNew(1, 0)).as("nothing yet").isFalse();
        assertThat(rule.isNew(1, 3)).isTrue();
        rule.told(1, 3, 0);
        assertThat(rule.isNew(1, 3)).as("told already").isFalse();
        assertThat(rule.isNew(1, 4)).as("more of it").isTrue();
        assertThat(rule.isNew(2, 1)).as("the next one").isTrue();
    }

    @Test
    void triesEverMoreSeldomUntilItIsTakenAgain() {
        long waited = 0;
        for (int tries = 0; tries < 9; tries++) {
            rule.failed(0);
            assertThat(rule.waitNanos(0)).isGreaterThanOrEqualTo(waited);
            waited = rule.waitNanos(0);
        }
        assertThat(waited).isEqualTo(TellingRule.SELDOM.toNanos());
        assertThat(rule.isNew(1, 1)).as("what was not taken is new").isTrue();
        rule.told(1, 1, 0);
        assertThat(rule.waitNanos(0)).isEqualTo(SECOND);
    }
}
