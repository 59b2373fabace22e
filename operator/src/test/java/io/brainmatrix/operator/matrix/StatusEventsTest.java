package io.brainmatrix.operator.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.BrainMatrixStatus;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is told of a life, with the numbers that a person needs to see. */
class StatusEventsTest {
    private static final String DEATH =
            "{podUid: p2, life: 2, endClass: OutOfMemory, exitCode: 137, message: 'OutOfMemory, exit code 137, in phase Serving, peak 511Mi of 512Mi'}";

    @Test
    void aDeathIsToldWithItsCauseAndHowManyThereWere() {
        assertThat(
                        between(
                                status("lives: 2, phase: Ready, reason: Ready, message: answers"),
                                status(
                                        "lives: 2, phase: BackOff, reason: BackingOff, message: 'queued again after 3s', crashes: {total: 4, consecutive: 1, recent: [%s]}"
                                                .formatted(DEATH))))
                .contains(
                        new StatusEvents.Draft(
                                true,
                                "Died",
                                "subject, life 2: OutOfMemory, exit code 137, in phase Serving, peak 511Mi of 512Mi; deaths so far: 4"));
    }

    @Test
    void whoComesBackIsToldWithTheLifeAndTheDeathBefore() {
        String crashes = "crashes: {total: 4, consecutive: 1, recent: [%s]}".formatted(DEATH);

        assertThat(
                        between(
                                status("lives: 3, phase: Loading, reason: Loading, " + crashes),
                                status(
                                        "lives: 3, phase: Ready, reason: Ready, message: answers requests, "
                                                + crashes)))
                .containsExactly(
                        new StatusEvents.Draft(
                                false,
                                "Resurrected",
                                "subject: answers requests, life 3 after OutOfMemory"));
    }

    @Test
    void whoIsSuspendedIsToldWithTheWayToResume() {
        String crashes = "crashes: {total: 4, consecutive: 4, recent: [%s]}".formatted(DEATH);

        assertThat(
                        between(
                                status("lives: 2, phase: BackOff, reason: BackingOff, " + crashes),
                                status(
                                        "lives: 2, phase: Suspended, reason: TooManyDeaths, message: 'death 4 in a row, `spec.recovery.backoff` allows 3: change its spec or set its `restartedAt`', "
                                                + crashes)))
                .containsExactly(
                        new StatusEvents.Draft(
                                true,
                                "Suspended",
                                "subject: death 4 in a row, `spec.recovery.backoff` allows 3: change its spec or set its `restartedAt`"));
    }

    @Test
    void whatWasToldIsNotToldAgain() {
        String dead =
                "lives: 2, phase: BackOff, reason: BackingOff, crashes: {total: 4, consecutive: 1, recent: [%s]}"
                        .formatted(DEATH);

        assertThat(between(status(dead), status(dead))).isEmpty();
    }

    private static List<StatusEvents.Draft> between(BrainMatrixStatus old, BrainMatrixStatus now) {
        return StatusEvents.between(old, now);
    }

    private static BrainMatrixStatus status(String subject) {
        return Serialization.unmarshal(
                "instances:\n- {name: subject, %s}\n".formatted(subject), BrainMatrixStatus.class);
    }
}
