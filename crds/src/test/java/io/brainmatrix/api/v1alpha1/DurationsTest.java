package io.brainmatrix.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
    @ParameterizedTest
    @CsvSource({
        "3s, PT3S",
        "5m, PT5M",
        "1h30m, PT1H30M",
        "500ms, PT0.5S",
        "1s500ms, PT1.5S",
        "1.5s, PT1.5S",
        "24h, PT24H",
        "99999h99999m, PT101665H39M",
        "0s, PT0S"
    })
    void readsWhatKubernetesWrites(String text, Duration duration) {
        assertThat(Durations.parse(text)).isEqualTo(duration);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "3",
                "s",
                "-3s",
                "+3s",
                "1d",
                "1 day",
                "3s ",
                " 3s",
                "3 s",
                "3sec",
                "1h,30m",
                ".5h",
                "5M",
                "PT3S",
                "soon",
                "99999999999999h"
            })
    void refusesWhatIsNoDurationAndSaysHowToWriteOne(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Durations.parse(text))
                .withMessageContaining("`" + text + "`");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0s", "1ms", "500ms", "3s", "5m", "1h30m", "1s500ms", "168h"})
    void writesWhatItReads(String text) {
        assertThat(Durations.text(Durations.parse(text))).isEqualTo(text);
    }
}
