package io.brainmatrix.pod.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PaceTest {
    private static final long MI = 1L << 20;
    private static final Pace SERVING = new Pace(1000 * MI, 300 * MI, Pace.CALM_NANOS);

    /** Two looks 20 ms apart. */
    private static Samples samples(long usedBefore, long used, long available) {
        Samples samples = new Samples();
        samples.add(new MemorySample(Instant.EPOCH, 0, usedBefore * MI, available * MI));
        samples.add(new MemorySample(Instant.EPOCH, 20_000_000, used * MI, available * MI));
        return samples;
    }

    @ParameterizedTest
    @CsvSource({
        "100, 100, 8000, 100", // all the room in the world
        "900, 900, 8000, 24", // a quarter of 100 MiB at 1 GiB/s
        "990, 990, 8000, 5",
        "1100, 1100, 8000, 5", // beyond the limit
        "100, 100, 400, 24", // the node has 100 MiB more than it ends at
        "100, 100, 200, 5",
        "400, 440, 8000, 36", // 40 MiB in 20 ms: 2 GiB/s, and it may double
    })
    void theLessRoomTheSooner(long usedBefore, long used, long available, long milliseconds) {
        assertThat(SERVING.next(samples(usedBefore, used, available)) / 1_000_000)
                .isBetween(milliseconds - 1, milliseconds);
    }

    @Test
    void beforeAnythingIsKnownItIsFast() {
        assertThat(Pace.UNKNOWN.next(samples(5000, 5000, 8000))).isEqualTo(Pace.FAST_NANOS);
    }

    /** From anywhere, a ramp of 1 GiB/s that begins right after a look is seen three times. */
    @Test
    void aSuddenRampIsSeenSeveralTimesBeforeTheLimit() {
        for (long start = 900; start <= 960; start++) {
            long used = start * MI;
            long nanos = 0;
            int looks = 0;
            Samples samples = new Samples();
            samples.add(new MemorySample(Instant.EPOCH, nanos, used, 8000 * MI));
            while (true) {
                long wait = SERVING.next(samples);
                nanos += wait;
                used += wait * MI / 1_000_000; // 1,000 MiB/s
                if (used > 1000 * MI) {
                    break;
                }
                samples.add(new MemorySample(Instant.EPOCH, nanos, used, 8000 * MI));
                looks++;
            }
            assertThat(looks).as("from %d MiB".formatted(start)).isGreaterThanOrEqualTo(3);
        }
    }
}
