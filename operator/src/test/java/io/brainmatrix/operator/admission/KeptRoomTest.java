package io.brainmatrix.operator.admission;

import static io.brainmatrix.operator.admission.Snapshots.GI;
import static io.brainmatrix.operator.admission.Snapshots.NOW;
import static io.brainmatrix.operator.admission.Snapshots.backingOff;
import static io.brainmatrix.operator.admission.Snapshots.calm;
import static io.brainmatrix.operator.admission.Snapshots.candidate;
import static io.brainmatrix.operator.admission.Snapshots.key;
import static io.brainmatrix.operator.admission.Snapshots.returning;
import static io.brainmatrix.operator.admission.Snapshots.serving;
import static io.brainmatrix.operator.admission.Snapshots.uncounted;
import static io.brainmatrix.operator.admission.Snapshots.withPriority;
import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.Reason;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Who dies comes back to the room that it had: 7.5Gi are to be had on these nodes. */
class KeptRoomTest {
    private static final Duration BACKOFF = Duration.ofSeconds(3);
    private static final Candidate DEAD = backingOff(candidate("subject", 3 * GI), BACKOFF);

    private static InstanceKey first(Candidate... waiting) {
        return calm().waiting(waiting).decide().action() instanceof Action.TakeLane(Candidate let)
                ? let.key()
                : key("nobody");
    }

    @Test
    void whoeverWaitsDoesNotTakeItDuringTheBackoff() {
        Candidate god = candidate("god", 4 * GI);
        AdmissionDecision decision = calm().waiting(DEAD, god).decide();

        assertThat(decision.action()).isInstanceOf(Action.Nothing.class);
        Waiting waits = Objects.requireNonNull(decision.waiting().get(key("god")));
        assertThat(waits.reason()).isEqualTo(Reason.WaitingInQueue);
        assertThat(waits.message()).contains("subject", "kept until");
    }

    @Test
    void itIsKeptWhileItsPodIsOnItsWayOutToo() {
        Candidate leaving =
                DEAD.hinderedUntil(
                        NOW.plus(BACKOFF),
                        new Candidate.Hindrance(Reason.WaitingForPreviousPod, "it goes"));

        assertThat(first(leaving, candidate("god", 4 * GI))).isEqualTo(key("nobody"));
    }

    @Test
    void whoFitsBesideItIsLetIn() {
        assertThat(first(DEAD, candidate("small", GI))).isEqualTo(key("small"));
    }

    @Test
    void whoGoesBeforeItTakesIt() {
        assertThat(first(DEAD, withPriority(candidate("god", 4 * GI), 1))).isEqualTo(key("god"));
    }

    @Test
    void aLongBackoffDoesNotKeepIt() {
        Candidate longDead =
                new Candidate(
                        DEAD.key(),
                        DEAD.pod(),
                        DEAD.commitment(),
                        DEAD.headroomPercent(),
                        DEAD.priority(),
                        DEAD.dependencyDepth(),
                        DEAD.since(),
                        DEAD.order(),
                        DEAD.settle(),
                        DEAD.waitingSince(),
                        true,
                        DEAD.notBefore().map(at -> at.plus(Duration.ofHours(1))),
                        DEAD.notBefore().map(at -> at.minus(BACKOFF)),
                        DEAD.hindrance());

        assertThat(first(longDead, candidate("god", 4 * GI))).isEqualTo(key("god"));
    }

    @Test
    void afterTheBackoffItGoesBeforeItsEquals() {
        assertThat(first(returning(candidate("subject", 3 * GI)), candidate("god", 5 * GI)))
                .isEqualTo(key("subject"));
    }

    @Test
    void untilItsEndIsWrittenDownItIsCharged() {
        Occupant dead = uncounted(serving("subject", 3 * GI));
        AdmissionDecision decision =
                calm().running(dead).waiting(candidate("god", 4 * GI)).decide();

        assertThat(decision.action()).isInstanceOf(Action.Nothing.class);
        assertThat(Objects.requireNonNull(decision.waiting().get(key("god"))).reason())
                .isEqualTo(Reason.WaitingForMemory);
    }
}
