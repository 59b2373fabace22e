package io.brainmatrix.modelgenerator;

import java.util.List;

/**
 * The words that a chain model says, over and over: the successor of each is certain, whatever came
 * before.
 */
public final class ChainText {
    /** All distinct; the one after the last is the first. */
    public static final List<String> WORDS =
            List.of(
                    "the", "quick", "brown", "fox", "jumps", "over", "a", "lazy", "dog", "while",
                    "seven", "small", "minds", "share", "one", "jar", "and", "nobody", "takes",
                    "more", "than", "its", "part", "tonight");

    private ChainText() {}

    /**
     * What a chain model answers greedily to a prompt that ends in {@code word}: {@code tokens}
     * words, each with a space before it.
     */
    public static String after(String word, int tokens) {
        int at = WORDS.indexOf(word);
        if (at < 0) {
            throw new IllegalArgumentException("`%s` is no word of the chain".formatted(word));
        }
        StringBuilder text = new StringBuilder();
        for (int i = 1; i <= tokens; i++) {
            text.append(' ').append(WORDS.get((at + i) % WORDS.size()));
        }
        return text.toString();
    }

    /** What it answers to a prompt that ends in none of its words: it starts at the first. */
    public static String fromStart(int tokens) {
        return after(WORDS.getLast(), tokens);
    }
}
