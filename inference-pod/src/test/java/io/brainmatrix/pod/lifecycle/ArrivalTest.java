package io.brainmatrix.pod.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class ArrivalTest {
    private static final long STILL = Arrival.STILL.toNanos();

    private final Arrival arrival = new Arrival();

    private static Optional<Arrival.Look> file(long size, long modified) {
        return Optional.of(new Arrival.Look(size, modified));
    }

    @Test
    void aFileIsThereOnceItHasBeenStill() {
        assertThat(arrival.look(Optional.empty(), 0)).isFalse();
        assertThat(arrival.look(Optional.empty(), 10 * STILL)).isFalse();
        assertThat(arrival.look(file(5, 1), 10 * STILL)).isFalse();
        assertThat(arrival.look(file(5, 1), 11 * STILL - 1)).isFalse();
        assertThat(arrival.look(file(5, 1), 11 * STILL)).isTrue();
    }

    @Test
    void oneThatIsBeingWrittenIsNot() {
        for (int second = 0; second < 60; second++) {
            assertThat(arrival.look(file(1 + second / 3, second), second * STILL / 2)).isFalse();
        }
        assertThat(arrival.look(file(20, 59), 59 * STILL / 2 + STILL)).isTrue();
    }

    @Test
    void oneThatWentAndCameBackBeginsAnew() {
        arrival.look(file(5, 1), 0);
        arrival.look(Optional.empty(), STILL);
        assertThat(arrival.look(file(5, 1), STILL + 1)).isFalse();
        assertThat(arrival.look(file(5, 1), 2 * STILL + 1)).isTrue();
    }

    @Test
    void anEmptyOneIsNone() {
        arrival.look(file(0, 1), 0);
        assertThat(arrival.look(file(0, 1), 100 * STILL)).isFalse();
    }

    @Test
    void aClockThatPassesZeroDoesNotMatter() {
        arrival.look(file(5, 1), -STILL);
        assertThat(arrival.look(file(5, 1), 0)).isTrue();
    }
}
