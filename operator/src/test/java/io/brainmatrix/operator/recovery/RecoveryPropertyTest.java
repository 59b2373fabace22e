package io.brainmatrix.operator.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.Crashes;
import io.brainmatrix.api.v1alpha1.EndClass;
import io.brainmatrix.api.v1alpha1.Recovery;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Seeded sequences of deaths folded through the policy: R6 and R8. */
class RecoveryPropertyTest {
    private static final int[] DEADLY = {137, 127, 30, 31, 32, 3, 40, 143};
    private static final List<Recovery> SPECS =
            List.of(
                    new Recovery(null, null),
                    new Recovery(List.of("1s"), "30s"),
                    new Recovery(List.of("10s", "1s", "5s"), "2m"),
                    new Recovery(List.of("5m"), "1h"),
                    new Recovery(List.of("3s", "5s", "10s"), "1s"));

    private static final List<Duration> CLOCKS_OFF =
            List.of(Duration.ZERO, Duration.ofSeconds(-2), Duration.ofDays(-1), Duration.ofDays(1));

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void podsPerHourNeverExceedTheBound(long seed) {
        Duration off = CLOCKS_OFF.get((int) seed % CLOCKS_OFF.size());
        for (Recovery recovery : SPECS) {
            List<Instant> created = createdPods(new Random(seed), recovery, off);

            assertThat(mostInAnHour(created))
                    .as("%s, the node's clock off by %s", recovery, off)
                    .isLessThanOrEqualTo(RecoveryBound.podsPerHour(recovery));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void eachDeathIsCountedOnceHoweverOftenItIsSeen(long seed) {
        Random random = new Random(seed);
        var record = new RecoveryPolicy.Tally(Crashes.none(), 0);
        Instant now = PodEnds.START;
        for (long life = 1; life <= 40; life++) {
            PodEnd end = PodEnds.life(life, deadly(random), now, Duration.ofSeconds(20));
            RecoveryPolicy.Aftermath first = after(record, end, SPECS.getFirst(), end.endedAt());
            record = first.tally();
            for (int again = random.nextInt(4); again > 0; again--) {
                // The operator restarted after the status was written, before the finalizer went.
                RecoveryPolicy.Aftermath repeated =
                        after(record, end, SPECS.getFirst(), end.endedAt());
                assertThat(repeated).isEqualTo(first);
                record = repeated.tally();
            }
            now = end.endedAt().plusSeconds(1);
            assertThat(record.crashes().total()).isEqualTo(life);
            assertThat(record.crashes().recent()).hasSizeLessThanOrEqualTo(Crashes.RECENT_MAX);
        }
    }

    /**
     * Births of a loop that dies as it likes, mostly early, sometimes just after resetAfter, and
     * whose ends are told at once by a clock that is off by as much.
     */
    private static List<Instant> createdPods(Random random, Recovery recovery, Duration off) {
        Duration reset =
                io.brainmatrix.api.v1alpha1.Durations.parse(
                        recovery.resetAfter() == null ? "10m" : recovery.resetAfter());
        var record = new RecoveryPolicy.Tally(Crashes.none(), 0);
        List<Instant> created = new ArrayList<>();
        Optional<Instant> next = Optional.of(PodEnds.START);
        for (long life = 1; life <= 3000 && next.isPresent(); life++) {
            Instant born = next.get();
            created.add(born);
            int tries = recovery.backoff() == null ? 3 : recovery.backoff().size();
            Integer row = record.crashes().consecutive();
            boolean lasts = (row != null && row >= tries) || random.nextInt(20) == 0;
            Duration lived = lasts ? reset : Duration.ofMillis(random.nextInt(50));
            Instant learned = born.plus(lived);
            PodEnd end = PodEnds.life(life, deadly(random), born.plus(off), lived);
            RecoveryPolicy.Aftermath aftermath = after(record, end, recovery, learned);
            record = aftermath.tally();
            next = aftermath.nextAttempt().map(at -> at.isBefore(learned) ? learned : at);
        }
        assertThat(created).as("a loop worth the name").hasSizeGreaterThan(100);
        return created;
    }

    private static RecoveryPolicy.Aftermath after(
            RecoveryPolicy.Tally record, PodEnd end, Recovery recovery, Instant learned) {
        EndClass endClass = EndClassifier.classify(end);
        return RecoveryPolicy.afterEnd(record, end, endClass, recovery, learned);
    }

    private static int deadly(Random random) {
        return DEADLY[random.nextInt(DEADLY.length)];
    }

    private static long mostInAnHour(List<Instant> created) {
        long most = 0;
        int first = 0;
        for (int last = 0; last < created.size(); last++) {
            while (!created.get(last).isBefore(created.get(first).plus(Duration.ofHours(1)))) {
                first++;
            }
            most = Math.max(most, last - first + 1);
        }
        return most;
    }
}
