package io.brainmatrix.operator.admission;

import static io.brainmatrix.operator.admission.Snapshots.GI;
import static io.brainmatrix.operator.admission.Snapshots.calm;
import static io.brainmatrix.operator.admission.Snapshots.candidate;
import static io.brainmatrix.operator.admission.Snapshots.key;
import static io.brainmatrix.operator.admission.Snapshots.returning;
import static io.brainmatrix.operator.admission.Snapshots.serving;
import static io.brainmatrix.operator.admission.Snapshots.waitingFor;
import static io.brainmatrix.operator.admission.Snapshots.withPriority;
import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.Reason;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** R4, both ways: a big one that waits for memory, and small ones behind it. */
class TurnTest {
    private static AdmissionDecision behind(Duration waited, Candidate small) {
        Candidate big = waitingFor(withPriority(candidate("god", 5 * GI), 10), waited);
        return calm().running(serving("first", 4 * GI)).waiting(big, small).decide();
    }

    private static boolean passes(AdmissionDecision decision) {
        return decision.action() instanceof Action.TakeLane(Candidate let)
                && let.key().equals(key("small"));
    }

    @Test
    void theSmallPassInTheFirstTurnAndInEverySecond() {
        Candidate small = candidate("small", GI);

        assertThat(passes(behind(Duration.ofMinutes(9), small))).isTrue();
        assertThat(passes(behind(Duration.ofMinutes(10), small))).isFalse();
        assertThat(passes(behind(Duration.ofMinutes(19), small))).isFalse();
        assertThat(passes(behind(Duration.ofMinutes(20), small))).isTrue();
        assertThat(passes(behind(Duration.ofMinutes(30), small))).isFalse();
    }

    @Test
    void oneThatIsHeldBackIsToldWhyAndUntilWhen() {
        AdmissionDecision decision = behind(Duration.ofMinutes(12), candidate("small", GI));

        Waiting waiting = Objects.requireNonNull(decision.waiting().get(key("small")));
        assertThat(waiting.reason()).isEqualTo(Reason.WaitingInQueue);
        assertThat(waiting.message()).contains("god").contains("until 2026-01-01T12:08:00Z");
        assertThat(decision.lookAgain()).contains(Snapshots.NOW.plus(Duration.ofMinutes(8)));
    }

    @Test
    void oneThatReturnsPassesAlways() {
        assertThat(passes(behind(Duration.ofMinutes(12), returning(candidate("small", GI)))))
                .isTrue();
    }

    @Test
    void theBigOneIsLetInAsSoonAsItFits() {
        Candidate big =
                waitingFor(withPriority(candidate("god", 5 * GI), 10), Duration.ofMinutes(12));

        assertThat(calm().waiting(big, candidate("small", GI)).decide().action())
                .isInstanceOfSatisfying(
                        Action.TakeLane.class,
                        a -> assertThat(a.candidate().key()).isEqualTo(key("god")));
    }

    @Test
    void oneTooBigForTheNodeHoldsBackNobody() {
        Candidate giant =
                waitingFor(withPriority(candidate("god", 50 * GI), 10), Duration.ofMinutes(12));

        assertThat(passes(calm().waiting(giant, candidate("small", GI)).decide())).isTrue();
    }
}
