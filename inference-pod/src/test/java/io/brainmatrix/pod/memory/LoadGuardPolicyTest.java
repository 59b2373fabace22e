package io.brainmatrix.pod.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoadGuardPolicyTest {
    private static final long MI = 1L << 20;

    private static MemorySample sample(long milliseconds, long used) {
        return new MemorySample(Instant.EPOCH, milliseconds * 1_000_000, used * MI, 0);
    }

    @Test
    void aSteepLoadBelowItsPredictionIsTrusted() {
        assertThat(
                        LoadGuardPolicy.projectionPastLimit(
                                List.of(sample(0, 300), sample(50, 400)), 450 * MI, 512 * MI))
                .isEmpty();
    }

    @Test
    void onePastItsPredictionEndsBeforeTheLimit() {
        assertThat(
                        LoadGuardPolicy.projectionPastLimit(
                                List.of(sample(0, 410), sample(50, 460)), 450 * MI, 512 * MI))
                .contains(660 * MI);
    }

    @Test
    void onePastItsPredictionThatHasStoppedGrowingMayStay() {
        assertThat(
                        LoadGuardPolicy.projectionPastLimit(
                                List.of(sample(0, 460), sample(50, 460)), 450 * MI, 512 * MI))
                .isEmpty();
    }
}
