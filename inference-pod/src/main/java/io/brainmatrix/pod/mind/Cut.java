package io.brainmatrix.pod.mind;

import java.util.function.ToIntFunction;

/**
 * Cuts a text to a number of tokens, between two characters, with a mark where something is
 * missing. Pure.
 */
final class Cut {
    /** Says that something was left out. */
    static final String MARK = "[...]";

    /** Tokens of a text. */
    private final ToIntFunction<String> tokens;

    Cut(ToIntFunction<String> tokens) {
        this.tokens = tokens;
    }

    int tokens(String text) {
        return text.isEmpty() ? 0 : tokens.applyAsInt(text);
    }

    /** Its beginning, the mark included; empty when not even the mark fits. */
    String head(String text, int most) {
        return cut(text, most, true);
    }

    /** Its end, the mark included; empty when not even the mark fits. */
    String tail(String text, int most) {
        return cut(text, most, false);
    }

    private String cut(String text, int most, boolean head) {
        if (most <= 0 || text.isEmpty()) {
            return "";
        }
        // A token is hardly ever longer than this: what is far beyond needs no tokenizer to know.
        if (text.length() <= (long) most * 64 && tokens(text) <= most) {
            return text;
        }
        int characters = text.codePointCount(0, text.length());
        int fits = 0;
        int beyond = (int) Math.min(characters, (long) most * 64 + 1);
        while (fits + 1 < beyond) { // tokenizers are not quite monotonous: what fits is what fits
            int middle = (fits + beyond) >>> 1;
            if (tokens(part(text, characters, middle, head)) <= most) {
                fits = middle;
            } else {
                beyond = middle;
            }
        }
        String part = part(text, characters, fits, head);
        return tokens(part) <= most ? part : "";
    }

    private static String part(String text, int characters, int kept, boolean head) {
        if (head) {
            return text.substring(0, text.offsetByCodePoints(0, kept)) + MARK;
        }
        return MARK + text.substring(text.offsetByCodePoints(0, characters - kept));
    }
}
