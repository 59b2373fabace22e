package io.brainmatrix.chronicle.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.chronicle.Entries;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class RetentionTest {
    private static final Instant NOW = Entries.NOON;
    private static final List<Retention.Aged> OLDEST =
            List.of(
                    new Retention.Aged(1, NOW.minusSeconds(300), 10),
                    new Retention.Aged(2, NOW.minusSeconds(200), 10),
                    new Retention.Aged(3, NOW.minusSeconds(100), 10));

    @Test
    void nothingGoesWithoutABound() {
        assertThat(Retention.FOREVER.toRemove(OLDEST, 1L << 60, NOW)).isZero();
    }

    @Test
    void whatIsOlderGoes() {
        Retention retention = new Retention(Duration.ofSeconds(200), 0);
        assertThat(retention.toRemove(OLDEST, 30, NOW)).isEqualTo(1);
    }

    @Test
    void asManyOfTheOldestGoAsAreTooMuch() {
        assertThat(new Retention(Duration.ZERO, 20).toRemove(OLDEST, 30, NOW)).isEqualTo(1);
        assertThat(new Retention(Duration.ZERO, 19).toRemove(OLDEST, 30, NOW)).isEqualTo(2);
        assertThat(new Retention(Duration.ZERO, 30).toRemove(OLDEST, 30, NOW)).isZero();
    }

    @Test
    void eitherBoundIsEnough() {
        assertThat(new Retention(Duration.ofSeconds(150), 25).toRemove(OLDEST, 30, NOW))
                .isEqualTo(2);
    }
}
