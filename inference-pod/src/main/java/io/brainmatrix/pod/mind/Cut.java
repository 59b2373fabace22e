package io.brainmatrix.pod.mind;

import java.util.function.ToIntFunction;

/**
 * Cuts a text to a number of tokens, between two characters, with a mark where something is
 * missing. Pure.
 */
final class Cut {
    /** Says that something was left out. */
    static final String MARK = "[...]";

    /** Characters for a token that most texts do not need. */
    private static final int COUNTED_CHARS = 8;

    /** Characters of a token, as a first guess. */
    private static final int FIRST_CHARS = 4;

    /** Looks that go by how many characters a token had at the last one, before halving. */
    private static final int GUESSES = 4;

    /** A part that leaves less than one token of so many is good enough. */
    private static final int SLACK = 50;

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
        if (fits(text, most)) {
            return text;
        }
        int characters = text.codePointCount(0, text.length());
        int fits = 0;
        int beyond = characters;
        double perToken = FIRST_CHARS;
        for (int look = 0; fits + 1 < beyond; look++) {
            int guess = look < GUESSES ? (int) (most * perToken) : (fits + beyond) >>> 1;
            int kept = Math.clamp(guess, fits + 1, beyond - 1);
            int counted = tokens(part(text, characters, kept, head));
            if (counted <= most) {
                fits = kept; // tokenizers are not quite monotonous: what fits is what fits
                if (most - counted <= most / SLACK) {
                    break; // a word more or less is worth no more looks
                }
            } else {
                beyond = kept;
            }
            perToken = (double) kept / Math.max(1, counted) * (counted > most ? 0.99 : 1);
        }
        String part = part(text, characters, fits, head);
        return tokens(part) <= most ? part : "";
    }

    /** What is far too long is not counted to its end. */
    private boolean fits(String text, int most) {
        long enough = (long) most * COUNTED_CHARS;
        if (text.length() > enough) {
            int end = (int) enough;
            int whole = Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end;
            if (tokens(text.substring(0, whole)) > most) {
                return false;
            }
        }
        return tokens(text) <= most;
    }

    private static String part(String text, int characters, int kept, boolean head) {
        if (head) {
            return text.substring(0, text.offsetByCodePoints(0, kept)) + MARK;
        }
        return MARK + text.substring(text.offsetByCodePoints(0, characters - kept));
    }
}
