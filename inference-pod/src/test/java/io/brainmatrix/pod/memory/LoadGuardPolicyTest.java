package io.brainmatrix.pod.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.pod.memory.ServingPolicy.Bounds;
import io.brainmatrix.pod.memory.ServingPolicy.Cause;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoadGuardPolicyTest {
    private static final long MI = 1L << 20;
    private static final long PLENTY = 8000;
    private static final Bounds BOUNDS = new Bounds(512 * MI, 450 * MI, 1000 * MI, 0, "");

    private static MemorySample sample(long milliseconds, long used, long available) {
        return new MemorySample(Instant.EPOCH, milliseconds * 1_000_000, used * MI, available * MI);
    }

    private static Cause judge(MemorySample... samples) {
        return LoadGuardPolicy.judge(Samples.of(List.of(samples)), BOUNDS);
    }

    @Test
    void aSteepLoadBelowItsPredictionIsTrusted() {
        assertThat(judge(sample(0, 300, PLENTY), sample(50, 400, PLENTY))).isEqualTo(Cause.None);
    }

    @Test
    void onePastItsPredictionEndsBeforeTheLimit() {
        Samples samples = Samples.of(List.of(sample(0, 410, PLENTY), sample(50, 460, PLENTY)));

        assertThat(LoadGuardPolicy.judge(samples, BOUNDS)).isEqualTo(Cause.OwnBudget);
        assertThat(LoadGuardPolicy.projection(samples)).isEqualTo(660 * MI);
    }

    @Test
    void onePastItsPredictionThatHasStoppedGrowingMayStay() {
        assertThat(judge(sample(0, 460, PLENTY), sample(50, 460, PLENTY))).isEqualTo(Cause.None);
    }

    @Test
    void oneThatSwapsInsteadOfGrowingIsFoundOut() {
        assertThat(
                        judge(
                                sample(0, 400, PLENTY),
                                new MemorySample(
                                        Instant.EPOCH,
                                        50_000_000,
                                        400 * MI,
                                        110 * MI,
                                        0,
                                        PLENTY * MI)))
                .isEqualTo(Cause.OwnBudget);
    }

    @Test
    void endsWhereTheNodeHasNoMoreRoom() {
        assertThat(judge(sample(0, 300, 310), sample(50, 300, 290))).isEqualTo(Cause.Node);
    }

    /** It is let in when its whole footprint fits above the reserve. */
    @Test
    void itsOwnPredictedGrowthIsNoShortageOfTheNode() {
        assertThat(judge(sample(0, 100, 500), sample(50, 200, 400))).isEqualTo(Cause.None);
    }

    @Test
    void theFirstLookAloneProvesNothingOfItsOwn() {
        assertThat(judge(sample(0, 511, PLENTY))).isEqualTo(Cause.None);
    }
}
