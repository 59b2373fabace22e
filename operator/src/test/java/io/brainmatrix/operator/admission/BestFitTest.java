package io.brainmatrix.operator.admission;

import static io.brainmatrix.operator.admission.Snapshots.GI;
import static io.brainmatrix.operator.admission.Snapshots.MI;
import static io.brainmatrix.operator.admission.Snapshots.calm;
import static io.brainmatrix.operator.admission.Snapshots.candidate;
import static io.brainmatrix.operator.admission.Snapshots.key;
import static io.brainmatrix.operator.admission.Snapshots.withPriority;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BestFitTest {
    private static InstanceKey first(Candidate... waiting) {
        return calm().waiting(waiting).decide().action() instanceof Action.TakeLane(Candidate let)
                ? let.key()
                : key("nobody");
    }

    @Test
    void thoseThatUseTheNodeBestGoFirst() {
        // 6.5Gi are free. The largest alone would leave 2.5Gi; the other two together leave 0.5Gi.
        assertThat(
                        first(
                                candidate("largest", 4 * GI),
                                candidate("b", 3 * GI + 256 * MI),
                                candidate("c", 2 * GI + 640 * MI)))
                .isEqualTo(key("b"));
    }

    @Test
    void whenAllFitTheLargestGoesFirst() {
        assertThat(first(candidate("a", GI), candidate("b", 2 * GI))).isEqualTo(key("b"));
    }

    @Test
    void priorityGoesBeforeUse() {
        assertThat(first(withPriority(candidate("small", 256 * MI), 1), candidate("large", 5 * GI)))
                .isEqualTo(key("small"));
    }
}
