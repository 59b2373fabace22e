package io.brainmatrix.pod.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.pod.engine.Engine;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How the real engine's answers end, and how many tokens they had: it tells neither itself. */
class AnswerEndsTest {
    private static final int END_OF_TEXT = 2;

    /** Ids of the vocabulary's byte tokens: the first is behind the three special ones. */
    private static final int BYTES = 3;

    private final StringBuilder text = new StringBuilder();

    private Engine.Outcome generate(
            int maxTokens, List<String> stop, String grammar, int likeliest) {
        return TestModel.chain()
                .engine()
                .generate(
                        new Engine.Request(
                                "the quick",
                                maxTokens,
                                new Engine.Sampling(
                                        0,
                                        1,
                                        1,
                                        0,
                                        1,
                                        0,
                                        0,
                                        1,
                                        Map.of(likeliest, likeliest == 0 ? 0.0 : 100.0)),
                                stop,
                                grammar.isEmpty() ? Optional.empty() : Optional.of(grammar)),
                        piece -> {
                            text.append(piece);
                            return true;
                        });
    }

    private static Engine.Outcome stop(int tokens) {
        return new Engine.Outcome(tokens, Engine.Ending.Stop);
    }

    private static Engine.Outcome length(int tokens) {
        return new Engine.Outcome(tokens, Engine.Ending.Length);
    }

    @Test
    void atItsBound() {
        assertThat(generate(3, List.of(), "", 0)).isEqualTo(length(3));
        assertThat(text).hasToString(" brown fox jumps");
    }

    @Test
    void withTheEndOfText() {
        assertThat(generate(3, List.of(), "", END_OF_TEXT)).isEqualTo(stop(1));
        assertThat(generate(1, List.of(), "", END_OF_TEXT)).as("at its bound").isEqualTo(stop(1));
        assertThat(text).isEmpty();
    }

    @Test
    void withAStopText() {
        assertThat(generate(9, List.of("x j"), "", 0)).isEqualTo(stop(3));
        assertThat(text).hasToString(" brown fo");
        assertThat(generate(3, List.of("jumps"), "", 0)).as("at its bound").isEqualTo(stop(3));
    }

    @Test
    void atItsBoundWithWhatMightHaveBecomeAStopText() {
        assertThat(generate(2, List.of("fox jumps over me"), "", 0)).isEqualTo(length(2));
        assertThat(text).hasToString(" brown fox");
    }

    /** Half a character is never said, and no reason to think that the model was done. */
    @Test
    void atItsBoundInTheMiddleOfACharacter() {
        assertThat(generate(3, List.of(), "", BYTES + 0xC3)).isEqualTo(length(3));
        assertThat(text).isEmpty();
    }

    @Test
    void aCharacterOfSeveralTokensCountsAsThose() {
        assertThat(generate(9, List.of(), "root ::= \"aé\"", 0))
                .as("a, two bytes, the end of text")
                .isEqualTo(stop(4));
        assertThat(text).hasToString("aé");
    }
}
