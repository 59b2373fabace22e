package io.brainmatrix.pod.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShareTest {
    private static final long BEGUN = -5; // a monotonic clock may begin anywhere

    private static long after(Duration time) {
        return BEGUN + time.toNanos();
    }

    /** Of 6 s in a slot; together they are its share of the time since it began. */
    @ParameterizedTest(name = "{0} % of the time: {1} s")
    @CsvSource({"1, 594", "10, 54", "25, 18", "50, 6", "75, 2"})
    void standsBackUntilWhatItTookIsItsShare(int percent, long seconds) {
        Share share = new Share(percent, BEGUN);
        share.took(after(Duration.ofSeconds(1)), after(Duration.ofSeconds(7)));

        assertThat(share.due(after(Duration.ofSeconds(7 + seconds)))).isTrue();
        assertThat(share.due(after(Duration.ofSeconds(7 + seconds)) - 1)).isFalse();
    }

    @Test
    void allOfItStandsBackForNobody() {
        Share all = new Share(100, BEGUN);
        assertThat(all.due(BEGUN)).isTrue();
        all.took(BEGUN, after(Duration.ofSeconds(6)));
        assertThat(all.due(after(Duration.ofSeconds(6)))).isTrue();
    }

    @Test
    void noShareStandsBackForEver() {
        Share none = new Share(0, BEGUN);
        assertThat(none.due(after(Duration.ofDays(100)))).isFalse();
        none.took(BEGUN, BEGUN);
        assertThat(none.due(after(Duration.ofDays(100)))).isFalse();
    }

    @Test
    void theFirstTimeComesWithinAMinute() {
        Share share = new Share(1, BEGUN);

        assertThat(share.due(after(Share.FIRST) - 1)).isFalse();
        assertThat(share.due(after(Share.FIRST))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"-1", "101"})
    void isAPercentage(int percent) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Share(percent, BEGUN));
    }
}
