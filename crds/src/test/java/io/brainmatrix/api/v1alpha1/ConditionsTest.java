package io.brainmatrix.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConditionsTest {
    private static final Instant EARLIER = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant NOW = Instant.parse("2026-01-01T00:10:00Z");

    @Test
    void keepsTheTimeOfTheLastFlipWhenOnlyTheMessageChanges() {
        List<Condition> merged =
                Conditions.merge(
                        List.of(ready(ConditionStatus.False, "old words", EARLIER)),
                        List.of(ready(ConditionStatus.False, "new words", NOW)));

        assertThat(merged).containsExactly(ready(ConditionStatus.False, "new words", EARLIER));
    }

    @Test
    void movesTheTimeWhenTheStatusFlips() {
        List<Condition> merged =
                Conditions.merge(
                        List.of(ready(ConditionStatus.False, "", EARLIER)),
                        List.of(ready(ConditionStatus.True, "", NOW)));

        assertThat(merged).containsExactly(ready(ConditionStatus.True, "", NOW));
    }

    @Test
    void takesUnknownForAStatusOfItsOwn() {
        List<Condition> merged =
                Conditions.merge(
                        List.of(ready(ConditionStatus.Unknown, "", EARLIER)),
                        List.of(ready(ConditionStatus.False, "", NOW)));

        assertThat(merged.getFirst().lastTransitionTime()).isEqualTo(NOW);
    }

    @Test
    void sortsByTypeAndDropsWhatIsNoLongerWanted() {
        List<Condition> merged =
                Conditions.merge(
                        List.of(condition("Gone", ConditionStatus.True, "", EARLIER)),
                        List.of(
                                condition("Ready", ConditionStatus.True, "", NOW),
                                condition("Admitted", ConditionStatus.True, "", NOW)));

        assertThat(merged).extracting(Condition::type).containsExactly("Admitted", "Ready");
    }

    @Test
    void mergingTwiceChangesNothingMore() {
        List<Condition> old = List.of(ready(ConditionStatus.False, "", EARLIER));
        List<Condition> wanted = List.of(ready(ConditionStatus.False, "words", NOW));

        List<Condition> once = Conditions.merge(old, wanted);

        assertThat(Conditions.merge(once, wanted)).isEqualTo(once);
    }

    @Test
    void findsByType() {
        List<Condition> conditions = List.of(ready(ConditionStatus.True, "", NOW));

        assertThat(Conditions.find(conditions, "Ready")).isPresent();
        assertThat(Conditions.find(conditions, "Admitted")).isEmpty();
    }

    private static Condition ready(ConditionStatus status, String message, Instant since) {
        return condition("Ready", status, message, since);
    }

    private static Condition condition(
            String type, ConditionStatus status, String message, Instant since) {
        return new Condition(type, status, "Loading", message, since, 3L);
    }
}
