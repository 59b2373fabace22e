package io.brainmatrix.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.quickstart.Story.Chapter;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StoryTest {
    private static final Chapter WAITING =
            new Chapter("Waiting", "WaitingForMemory", "needs 840Mi, 700Mi free", 0, 0);
    private static final Chapter READY = new Chapter("Ready", "Ready", "", 1, 0);

    @Test
    void tellsEachNewInstanceInTheOrderOfNames() {
        assertThat(Story.lines(Map.of(), Map.of("subject", READY, "god", WAITING)))
                .satisfiesExactly(
                        first ->
                                assertThat(first)
                                        .startsWith("god ")
                                        .contains("WaitingForMemory", "needs 840Mi, 700Mi free"),
                        second -> assertThat(second).startsWith("subject ").contains("life 1"));
    }

    @Test
    void tellsNothingWhenOnlyNumbersChange() {
        Chapter rewritten =
                new Chapter("Waiting", "WaitingForMemory", "needs 840Mi, 710Mi free", 0, 0);

        assertThat(Story.lines(Map.of("god", WAITING), Map.of("god", rewritten))).isEmpty();
    }

    @Test
    void tellsADeathThatLeftThePhaseAsItWas() {
        Chapter back = new Chapter("Ready", "Ready", "", 2, 1);

        assertThat(Story.lines(Map.of("god", READY), Map.of("god", back)))
                .singleElement()
                .asString()
                .contains("life 2", "deaths 1");
    }

    @Test
    void hasNothingToTellOfAMatrixThatIsGone() {
        assertThat(Story.of(null)).isEmpty();
        assertThat(Story.ready(null)).isZero();
    }
}
