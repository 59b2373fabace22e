package io.brainmatrix.pod.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class StopTextsTest {
    private static List<String> said(StopTexts stops, String... pieces) {
        List<String> said = new ArrayList<>();
        for (String piece : pieces) {
            said.add(stops.next(piece));
            if (stops.found()) {
                return said;
            }
        }
        said.add(stops.rest());
        return said;
    }

    @Test
    void theAnswerEndsBeforeAStopTextThatComesInPieces() {
        assertThat(said(new StopTexts(List.of("fox jumps")), " brown", " fox", " jumps", " over"))
                .containsExactly(" brown", " ", "");
    }

    @Test
    void whatOnlyBeganLikeAStopTextIsSaid() {
        assertThat(said(new StopTexts(List.of("fox!")), " fox", " jumps"))
                .containsExactly(" ", "fox jumps", "");
    }

    @Test
    void whatIsHeldBackAtTheEndIsSaid() {
        assertThat(said(new StopTexts(List.of("fox!")), " brown", " fox"))
                .containsExactly(" brown", " ", "fox");
    }

    @Test
    void theFirstOfSeveralStopTextsCounts() {
        assertThat(said(new StopTexts(List.of("over", "jumps", "s o")), " jumps over"))
                .containsExactly(" ");
    }

    @Test
    void withoutStopTextsNothingIsHeldBack() {
        assertThat(said(new StopTexts(List.of()), "a", "", "b")).containsExactly("a", "", "b", "");
    }

    /** Against the plain rule, over all the text at once. */
    @Test
    void howeverItIsCutTheAnswerIsTheTextBeforeTheFirstStopText() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 20_000; i++) {
            List<String> stops = List.of(word(random, 4), word(random, 3), word(random, 2));
            List<String> pieces = new ArrayList<>();
            while (random.nextInt(12) != 0) {
                pieces.add(random.nextInt(5) == 0 ? "" : word(random, 3));
            }
            String all = String.join("", pieces);
            int end = stops.stream().mapToInt(all::indexOf).filter(at -> at >= 0).min().orElse(-1);
            StopTexts watched = new StopTexts(stops);

            String said = String.join("", said(watched, pieces.toArray(String[]::new)));

            assertThat(said)
                    .as("%s without %s", pieces, stops)
                    .isEqualTo(firstToEnd(stops, pieces, end, all));
            assertThat(watched.found()).isEqualTo(end >= 0);
        }
    }

    /**
     * The piece that completes the first stop text may complete another that begins earlier: among
     * those that are whole by then the earliest counts.
     */
    private static String firstToEnd(List<String> stops, List<String> pieces, int end, String all) {
        if (end < 0) {
            return all;
        }
        String text = "";
        for (String piece : pieces) {
            text += piece;
            int at = stops.stream().mapToInt(text::indexOf).filter(a -> a >= 0).min().orElse(-1);
            if (at >= 0) {
                return text.substring(0, at);
            }
        }
        throw new IllegalStateException("a stop text of the whole is in no beginning of it");
    }

    private static String word(SplittableRandom random, int most) {
        StringBuilder word = new StringBuilder();
        for (int i = random.nextInt(1, most + 1); i > 0; i--) {
            word.append((char) ('a' + random.nextInt(2)));
        }
        return word.toString();
    }
}
