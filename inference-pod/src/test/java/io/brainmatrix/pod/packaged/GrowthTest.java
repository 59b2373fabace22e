package io.brainmatrix.pod.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class GrowthTest {
    private final Growth growth = new Growth();

    @Test
    void isTheSlopeUnderNoise() {
        SplittableRandom random = new SplittableRandom(1);
        for (int second = 0; second < 3600; second++) {
            growth.add(second / 3600.0, 100_000 + second + random.nextLong(-2000, 2000));
        }
        assertThat(growth.perHour()).isCloseTo(3600, within(300.0));
        assertThat(growth.median()).isCloseTo(101_800, within(300.0));
    }

    @Test
    void isNotMovedByPeaks() {
        for (int second = 0; second < 120; second++) {
            growth.add(second / 3600.0, second % 30 == 29 ? 150 : 100);
        }
        assertThat(growth.perHour()).isZero();
        assertThat(growth.most()).isEqualTo(150);
        assertThat(growth.latest()).isEqualTo(150);
    }
}
