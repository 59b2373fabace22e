package io.brainmatrix.pod.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.pod.memory.ServingPolicy.Bounds;
import io.brainmatrix.pod.memory.ServingPolicy.Cause;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LadderTest {
    private static final long MI = 1L << 20;
    private static final long TICK = 50_000_000L;

    private final Ladder ladder = new Ladder(new Bounds(1000 * MI, 880 * MI, 1000 * MI, 0, ""));
    private final Samples samples = new Samples();
    private long nanos;

    private Optional<Ladder.Ending> look(long used, long available, int running) {
        samples.add(new MemorySample(Instant.EPOCH, nanos, used * MI, available * MI));
        nanos += TICK;
        return ladder.look(samples, running);
    }

    @Test
    void climbsAndComesDown() {
        assertThat(ladder.rung()).isEqualTo(Rung.Free);
        for (int i = 0; i < 12; i++) {
            assertThat(look(966, 8000, 1)).isEmpty();
        }
        assertThat(ladder.rung()).isEqualTo(Rung.Shorten);
        assertThat(ladder.cause()).isEqualTo(Cause.OwnBudget);
        look(500, 8000, 1);
        assertThat(ladder.rung()).isEqualTo(Rung.Free);
    }

    @Test
    void whoAnswersNobodyEndsAtOnce() {
        look(500, 8000, 0);

        assertThat(look(985, 8000, 0))
                .hasValueSatisfying(
                        end -> {
                            assertThat(end.cause()).isEqualTo(Cause.OwnBudget);
                            assertThat(end.message())
                                    .contains("985Mi", "880Mi were predicted", "budget is 1000Mi");
                        });
    }

    @Test
    void answersUnderWayGetTheTimeThatThereIs() {
        for (int i = 0; i < 12; i++) {
            look(981, 8000, 1);
        }
        assertThat(ladder.rung()).isEqualTo(Rung.End);

        // Nothing grows any more: ten seconds and no longer.
        int looks = 0;
        while (look(981, 8000, 1).isEmpty()) {
            looks++;
            assertThat(looks).isLessThan(1000);
        }
        assertThat(looks * TICK / 1e9).isBetween(8.0, 10.1);
    }

    @Test
    void theDrainIsNoLongerThanTheTimeUntilTheLimit() {
        for (int i = 0; i < 12; i++) {
            look(970, 8000, 1);
        }
        long used = 970;
        int looks = 0;
        while (look(used, 8000, 1).isEmpty()) {
            used += 1; // 20 MiB/s
            looks++;
            assertThat(used).as("ended before the limit").isLessThan(1000);
        }
        assertThat(looks).isPositive();
    }

    @Test
    void aRampEndsAtOnceWhoeverIsAnswered() {
        for (int i = 0; i < 12; i++) {
            look(850, 8000, 1);
        }
        long used = 850;
        while (look(used, 8000, 1).isEmpty()) {
            used += 51; // 1 GiB/s
            assertThat(used).as("ended before the limit").isLessThan(1000);
        }
        assertThat(ladder.cause()).isEqualTo(Cause.OwnBudget);
    }

    @Test
    void whoHasToRefuseForGoodEnds() {
        int looks = 0;
        while (look(976, 8000, 0).isEmpty()) {
            looks++;
            assertThat(ladder.rung()).isEqualTo(Rung.Refuse);
            assertThat(looks).isLessThan(10_000);
        }
        assertThat(looks * TICK / 1e9).isBetween(59.0, 61.0);
    }

    @Test
    void forTheNodesSakeItRefusesAsLongAsItTakes() {
        for (int i = 0; i < 10_000; i++) {
            assertThat(look(500, 450, 0)).isEmpty();
        }
        assertThat(ladder.rung()).isEqualTo(Rung.Refuse);
    }

    @Test
    void forTheNodesSakeItSaysSo() {
        look(500, 8000, 0);

        assertThat(look(500, 100, 0))
                .hasValueSatisfying(
                        end -> {
                            assertThat(end.cause()).isEqualTo(Cause.Node);
                            assertThat(end.message()).contains("100Mi available", "1000Mi");
                        });
    }

    @Test
    void aDrainThatHasBegunIsNotTakenBack() {
        for (int i = 0; i < 12; i++) {
            look(500, 290, 1);
        }
        assertThat(ladder.rung()).isEqualTo(Rung.End);

        look(500, 8000, 1);

        assertThat(ladder.rung()).isEqualTo(Rung.End);
        assertThat(look(500, 8000, 0)).isPresent();
    }
}
