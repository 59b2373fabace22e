package io.brainmatrix.operator.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.Budget;
import io.brainmatrix.api.v1alpha1.Instance;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;
import org.junit.jupiter.api.Test;

class WatchersTest {
    private static Instance instance(String name, int priority, String... watches) {
        return new Instance(
                name,
                null,
                new Budget(new Quantity("1Gi"), null, null),
                List.of(watches),
                priority,
                null,
                null,
                null,
                null,
                null);
    }

    private final Watchers watchers =
            new Watchers(
                    List.of(
                            instance("subject", 0),
                            instance("observer", 1, "subject"),
                            instance("god", 10, "observer", "subject")));

    @Test
    void aWatchedOneInheritsThePriorityOfAllThatWatchIt() {
        assertThat(watchers.effectivePriority("subject")).isEqualTo(10);
        assertThat(watchers.effectivePriority("observer")).isEqualTo(10);
    }

    @Test
    void aWatcherIsDeeperThanAllItWatches() {
        assertThat(watchers.depth("subject")).isZero();
        assertThat(watchers.depth("observer")).isEqualTo(1);
        assertThat(watchers.depth("god")).isEqualTo(2);
    }

    @Test
    void aCycleIsWalkedOnce() {
        Watchers cycle = new Watchers(List.of(instance("a", 1, "b"), instance("b", 2, "a")));

        assertThat(cycle.effectivePriority("a")).isEqualTo(2);
        assertThat(cycle.depth("a")).isPositive();
    }
}
