package io.brainmatrix.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RetryTest {
    @Test
    void waitsLongerAfterEachFailureAndNeverLongerThan8Seconds() {
        assertThat(IntStream.of(0, 1, 2, 3, 4, 5, Integer.MAX_VALUE).mapToObj(Retry::pause))
                .extracting(Duration::toSeconds)
                .containsExactly(0L, 1L, 2L, 4L, 8L, 8L, 8L);
    }
}
