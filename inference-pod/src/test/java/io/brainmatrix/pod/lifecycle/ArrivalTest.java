package io.brainmatrix.pod.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ArrivalTest {
    private static final long STILL = Arrival.STILL.toNanos();

    private final Arrival arrival = new Arrival(OptionalLong.empty());

    private static Optional<Arrival.Look> file(long size, long changed) {
        return Optional.of(new Arrival.Look(1, size, changed));
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
    void oneThatWasWrongIsAwaitedUntilItIsAnother() {
        Arrival other = new Arrival(OptionalLong.of(100));

        assertThat(other.look(file(5, 99), 0)).isFalse();
        assertThat(other.look(file(5, 99), 100 * STILL)).as("the same").isFalse();
        assertThat(other.look(Optional.empty(), 101 * STILL)).isFalse();
        assertThat(other.look(file(5, 99), 200 * STILL)).as("it came back").isFalse();
        assertThat(other.look(file(5, 99), 300 * STILL)).as("the same, still").isFalse();
        assertThat(other.look(file(6, 99), 400 * STILL)).isFalse();
        assertThat(other.look(file(6, 99), 401 * STILL)).as("another, and whole").isTrue();
    }

    @Test
    void oneThatChangedBeforeTheFirstLookAndAfterItWasWrongIsAnother() {
        Arrival other = new Arrival(OptionalLong.of(100));

        other.look(file(5, 100), 0);
        assertThat(other.look(file(5, 100), STILL)).isTrue();
    }

    @Test
    void oneThatWasPutInItsPlaceIsAnotherWhateverItsTimes() {
        Arrival other = new Arrival(OptionalLong.of(100));

        other.look(file(5, 9), 0);
        Optional<Arrival.Look> replaced = Optional.of(new Arrival.Look(2, 5, 9));
        other.look(replaced, 1);
        assertThat(other.look(replaced, 1 + STILL)).isTrue();
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
