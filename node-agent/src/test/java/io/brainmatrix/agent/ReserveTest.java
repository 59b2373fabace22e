package io.brainmatrix.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class ReserveTest {
    private static final long MI = 1L << 20;

    @Test
    void keepsAtLeast512MiOnASmallNode() {
        assertThat(Reserve.of(null, null, 4096 * MI)).isEqualTo(512 * MI);
    }

    @Test
    void keepsFivePercentOfABigNode() {
        assertThat(Reserve.of(null, "", 32_000 * MI)).isEqualTo(1600 * MI);
    }

    @Test
    void takesTheChartsValueBeforeTheDefault() {
        assertThat(Reserve.of(null, "1Gi", 32_000 * MI)).isEqualTo(1024 * MI);
        assertThat(Reserve.of(" ", "1Gi", 32_000 * MI)).isEqualTo(1024 * MI);
    }

    @Test
    void takesTheNodesAnnotationBeforeTheChartsValue() {
        assertThat(Reserve.of("300Mi", "1Gi", 32_000 * MI)).isEqualTo(300 * MI);
    }

    @Test
    void refusesWhatIsNoQuantity() {
        assertThatIllegalArgumentException().isThrownBy(() -> Reserve.of("much", null, 4096 * MI));
    }
}
