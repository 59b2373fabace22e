package io.brainmatrix.pod.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FittingTest {
    private static final int ROOM = 100;

    @Test
    void whatFitsStaysWhole() {
        assertThat(Fitting.head("", ROOM)).isEmpty();
        assertThat(Fitting.head("x".repeat(ROOM), ROOM)).hasSize(ROOM);
        assertThat(Fitting.head("x".repeat(ROOM + 1), ROOM)).hasSize(ROOM);
    }

    /** A letter, what JSON escapes, two to four bytes, half a pair. */
    @ParameterizedTest
    @ValueSource(strings = {"a", "\"", "\\", "\n", "\u0001", "\u007f", "ä", "語", "😀", "\ud83d"})
    void isWithinItsBytesOnceWritten(String character) throws Exception {
        String text = character.repeat(ROOM);

        String head = Fitting.head(text, ROOM);

        assertThat(text).startsWith(head);
        assertThat(head.codePointCount(0, head.length())).isGreaterThanOrEqualTo(ROOM / 6);
        assertThat(
                        new ObjectMapper()
                                .writeValueAsString(head)
                                .getBytes(StandardCharsets.UTF_8)
                                .length)
                .isLessThanOrEqualTo(ROOM + 2);
    }
}
