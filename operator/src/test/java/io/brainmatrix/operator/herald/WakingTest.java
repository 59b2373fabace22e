package io.brainmatrix.operator.herald;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The chronicle is asked to run when minds appear, and then left to itself. */
class WakingTest {
    private static final List<BrainMatrix> MINDLESS = List.of(TidingsTest.matrix("lives: 1"));
    private static final List<BrainMatrix> MINDS =
            List.of(
                    TidingsTest.matrix("lives: 1"),
                    TidingsTest.matrix(", mind: {persona: {text: you}}", "lives: 1"));

    private long nanos = 7;
    private int asked;
    private boolean fails;
    private final Waking waking =
            Waking.onDemand(
                    () -> {
                        asked++;
                        if (fails) {
                            throw new KubernetesClientException("forbidden");
                        }
                    },
                    () -> nanos);

    @Test
    void withoutMindsItIsNeitherAskedNorTold() {
        assertThat(waking.isUp(List.of())).isFalse();
        assertThat(waking.isUp(MINDLESS)).isFalse();
        assertThat(asked).isZero();
    }

    @Test
    void itIsAskedOnceHoweverOftenMindsAreSeen() {
        assertThat(waking.isUp(MINDS)).isTrue();
        nanos += Waking.LONGEST.toNanos() * 100;
        assertThat(waking.isUp(MINDS)).isTrue();

        assertThat(asked).as("who stopped it by hand is not contradicted").isEqualTo(1);
    }

    @Test
    void itIsAskedAnewWhenMindsAppearAnew() {
        assertThat(waking.isUp(MINDS)).isTrue();
        assertThat(waking.isUp(MINDLESS)).isFalse();
        assertThat(waking.isUp(MINDS)).isTrue();

        assertThat(asked).isEqualTo(2);
    }

    @Test
    void whatFailsIsTriedAgainLaterAndLater() {
        fails = true;
        assertThat(waking.isUp(MINDS)).isFalse();
        nanos += Waking.FIRST.toNanos() - 1;
        assertThat(waking.isUp(MINDS)).isFalse();
        assertThat(asked).isEqualTo(1);
        for (int i = 0; i < 20; i++) {
            nanos += Waking.LONGEST.toNanos();
            assertThat(waking.isUp(MINDS)).isFalse();
        }
        assertThat(asked).as("at least once in its longest pause").isEqualTo(21);
        nanos += Waking.LONGEST.toNanos() - 1;
        assertThat(waking.isUp(MINDS)).isFalse();
        assertThat(asked).isEqualTo(21);

        fails = false;
        nanos++;

        assertThat(waking.isUp(MINDS)).isTrue();
    }

    @Test
    void oneThatRunsAlwaysIsToldAlways() {
        assertThat(Waking.always().isUp(List.of())).isTrue();
    }
}
