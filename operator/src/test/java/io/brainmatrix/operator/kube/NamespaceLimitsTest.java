package io.brainmatrix.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.brainmatrix.api.v1alpha1.Reason;
import io.brainmatrix.operator.admission.Candidate;
import io.brainmatrix.operator.admission.Commitment;
import io.brainmatrix.operator.admission.InstanceKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** One tenant cannot starve another, by priority or by sheer size. */
class NamespaceLimitsTest {
    private static final long GI = 1L << 30;
    private static final NamespaceLimits LIMITS =
            NamespaceLimits.parse(
                    """
                    {"*": {"maxPriority": 5, "maxMemory": "8Gi"}, "platform": {"maxPriority": 100}}""");

    private static Candidate candidate(String namespace, int priority) {
        return new Candidate(
                new InstanceKey(namespace, "jar", "uid", "subject"),
                "jar-subject-1",
                new Commitment(2 * GI, GI, false), // both parts count
                20,
                priority,
                0,
                Instant.EPOCH,
                0,
                new Candidate.SettleDemand(Duration.ofSeconds(1), 1),
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private static Optional<Candidate.Hindrance> hindrance(
            NamespaceLimits limits, String namespace, int priority, long promised) {
        return limits.apply(candidate(namespace, priority), n -> promised).hindrance();
    }

    @Test
    void whatIsWithinIsLetThrough() {
        assertThat(hindrance(LIMITS, "tenant", 5, 5 * GI)).isEmpty();
        assertThat(hindrance(NamespaceLimits.none(), "tenant", 99, 99 * GI)).isEmpty();
        assertThat(hindrance(NamespaceLimits.parse(""), "tenant", 99, 99 * GI)).isEmpty();
    }

    @Test
    void aHighPriorityIsHindered() {
        assertThat(hindrance(LIMITS, "tenant", 6, 0))
                .hasValueSatisfying(
                        h -> {
                            assertThat(h.reason()).isEqualTo(Reason.OverNamespaceLimit);
                            assertThat(h.message()).contains("priority 6", "exceeds 5", "`tenant`");
                        });
    }

    @Test
    void theSumOfBudgetsIsBounded() {
        assertThat(hindrance(LIMITS, "tenant", 0, 6 * GI))
                .hasValueSatisfying(
                        h -> {
                            assertThat(h.reason()).isEqualTo(Reason.OverNamespaceLimit);
                            assertThat(h.message()).contains("needs 3Gi", "2Gi of 8Gi left");
                        });
    }

    @Test
    void aNamespaceOfItsOwnIsNotBoundByTheOthersLimit() {
        assertThat(hindrance(LIMITS, "platform", 50, 99 * GI)).isEmpty();
    }

    @Test
    void nonsenseIsRefusedWithItsPlace() {
        assertThatThrownBy(() -> NamespaceLimits.parse("{\"*\": {\"maxPrio\": 1}}"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxPrio");
        assertThatThrownBy(() -> NamespaceLimits.parse("{\"*\": {\"maxMemory\": \"much\"}}"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
