package io.brainmatrix.operator.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.Reason;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** From a matrix and its status to those that want to be let in. */
class CandidatePolicyTest {
    private static final Instant NEXT = Instant.parse("2026-01-01T12:00:03Z");

    /** A matrix with one instance whose status has these lines. */
    private static Candidate candidate(String... status) {
        return candidate(Map.of(), status);
    }

    /**
     * Of one with such a status.
     *
     * @param hashes of the pods that the spec asks for
     */
    private static Candidate candidate(Map<String, String> hashes, String... status) {
        String yaml =
                """
                apiVersion: brainmatrix.io/v1alpha1
                kind: BrainMatrix
                metadata: {name: jar, namespace: brains, uid: uid, creationTimestamp: "2026-01-01T10:00:00Z"}
                spec:
                  model: {hostPath: /models/a.gguf}
                  instances: [{name: subject, budget: {ram: 1Gi}}]
                status:
                  instances:
                  - name: subject
                    node: edge
                    lives: 1
                """
                        + String.join("\n", status).indent(4);
        BrainMatrix matrix = Serialization.unmarshal(yaml, BrainMatrix.class);
        return CandidatePolicy.on(
                        "edge",
                        new CandidatePolicy.MatrixView(
                                matrix, true, hashes, Set.of(), Set.of(), Map.of()))
                .getFirst();
    }

    private static String died(String endClass) {
        return "crashes: {total: 1, consecutive: 1, recent: [{podUid: u, endClass: %s}]}"
                .formatted(endClass);
    }

    private static String admittedUntil(String time) {
        return "conditions: [{type: Admitted, status: \"False\", reason: BackingOff, message: m, lastTransitionTime: \"%s\"}]"
                .formatted(time);
    }

    private static final String STARTED = "startedOnce: true";
    private static final String BACKOFF = "nextAttempt: \"" + NEXT + "\"";

    @Test
    void roomIsKeptUntilTheBackoffEnds() {
        assertThat(candidate(STARTED, BACKOFF, died("OutOfMemory")).keptUntil())
                .as("its pod is still there")
                .contains(NEXT);
        assertThat(
                        candidate(
                                        STARTED,
                                        BACKOFF,
                                        died("OutOfMemory"),
                                        admittedUntil("2026-01-01T12:00:00Z"))
                                .keptUntil())
                .contains(NEXT);
    }

    @Test
    void whoDiedMoreOftenThanItHasBackoffsIsNotLetIn() {
        assertThat(candidate(STARTED, "crashes: {total: 9, consecutive: 9}").hindrance())
                .map(Candidate.Hindrance::reason)
                .contains(Reason.TooManyDeaths);
    }

    /** As well as with `restartedAt`: whatever gives it another pod. */
    @Test
    void aChangeOfItsSpecResumesASuspendedOneAndEndsAWait() {
        String[] suspended = {
            STARTED, BACKOFF, "specHash: old", "crashes: {total: 9, consecutive: 9}"
        };

        Candidate same = candidate(Map.of("subject", "old"), suspended);
        Candidate edited = candidate(Map.of("subject", "new"), suspended);

        assertThat(same.hindrance())
                .map(Candidate.Hindrance::reason)
                .contains(Reason.TooManyDeaths);
        assertThat(same.notBefore()).contains(NEXT);
        assertThat(edited.hindrance()).isEmpty();
        assertThat(edited.notBefore()).isEmpty();
    }

    @Test
    void roomIsKeptForAMinuteAtMost() {
        assertThat(
                        candidate(
                                        STARTED,
                                        BACKOFF,
                                        died("OutOfMemory"),
                                        admittedUntil("2026-01-01T11:00:00Z"))
                                .keptUntil())
                .contains(Instant.parse("2026-01-01T11:01:00Z"));
    }

    @Test
    void noRoomIsKeptAfterAnEndThatIsNoDeathNorForOneThatWasNeverReady() {
        assertThat(candidate(STARTED, BACKOFF, died("Evicted")).keptUntil())
                .isEqualTo(Optional.empty());
        assertThat(candidate(BACKOFF, died("OutOfMemory")).keptUntil()).isEmpty();
        assertThat(candidate(STARTED, died("OutOfMemory")).keptUntil()).isEmpty();
    }
}
