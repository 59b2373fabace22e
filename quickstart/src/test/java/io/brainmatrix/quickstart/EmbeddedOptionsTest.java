package io.brainmatrix.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EmbeddedOptionsTest {
    @Test
    void staysUpWhereSomebodySitsOrWhenAskedTo() {
        assertThat(EmbeddedOptions.of(Map.of(), true).keep()).isTrue();
        assertThat(EmbeddedOptions.of(Map.of(), false).keep()).isFalse();
        assertThat(EmbeddedOptions.of(Map.of("KEEP", "1"), false).keep()).isTrue();
        assertThat(EmbeddedOptions.of(Map.of("KEEP", "0"), true).keep()).isFalse();
    }

    @Test
    void takesAModelAndNumbers() {
        EmbeddedOptions options =
                EmbeddedOptions.of(
                        Map.of("MODEL", "/a.gguf", "SIZE_MB", "50", "PORT", "18080"), false);

        assertThat(options.model()).contains(Path.of("/a.gguf"));
        assertThat(options.sizeMib()).isEqualTo(50);
        assertThat(options.port()).isEqualTo(18080);
    }

    @Test
    void saysWhichNumberIsWrong() {
        assertThatIllegalStateException()
                .isThrownBy(() -> EmbeddedOptions.of(Map.of("PORT", "80"), false))
                .withMessage("PORT=80 must be a number from 1024 to 65534");
        assertThatIllegalStateException()
                .isThrownBy(() -> EmbeddedOptions.of(Map.of("SIZE_MB", "big"), false))
                .withMessageContaining("SIZE_MB=big");
    }
}
