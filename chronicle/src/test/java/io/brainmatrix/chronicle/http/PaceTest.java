package io.brainmatrix.chronicle.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long STEP = Pace.STEP.toNanos();

    @Test
    void anAnswerComesAtWholeSteps() {
        for (long took : new long[] {0, 1, STEP / 2, STEP - 1, STEP, STEP + 1, 7 * STEP + 3}) {
            long whole = took + Pace.waitNanos(took);
            assertThat(whole % STEP).as("took %d", took).isZero();
            assertThat(whole).isBetween(Math.max(STEP, took), took + STEP);
        }
    }
}
