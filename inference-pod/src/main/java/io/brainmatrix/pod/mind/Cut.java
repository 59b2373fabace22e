package io.brainmatrix.pod.mind;

import java.util.function.ToIntFunction;

/**
 * Cuts a text to a number of tokens, between two characters, with a mark where something is
 * missing. Pure: what it makes of a text depends on that text and the number alone.
 */
final class Cut {
    /** Says that something was left out. */
    static final String MARK = "[...]";

    /** More than most texts have: what is longer by it is cut without being counted to its end. */
    private static final int CHARS_PER_TOKEN = 8;

    /** Looks that go by how many characters a token had at the last one, before halving. */
    private static final int GUESSES = 4;

    /** The first look aims at so many tokens less than there may be, and at one of so many less. */
    private static final int CAUTION = 2;

    private static final int CAUTION_PART = 50;

    /** What leaves no more than twice that is good enough. */
    private static final int SLACK = 2;

    /** Tokens of a text. */
    private final ToIntFunction<String> tokens;

    private final int mark;

    Cut(ToIntFunction<String> tokens) {
        this.tokens = tokens;
        this.mark = tokens.applyAsInt(MARK);
    }

    /**
     * What is left of a text.
     *
     * @param tokens of it; 0 for an empty one
     */
    record Part(String text, int tokens) {
        private static final Part NONE = new Part("", 0);

        boolean isEmpty() {
            return text.isEmpty();
        }
    }

    /** Its beginning, the mark included; empty when not even the mark fits. */
    Part head(Counted text, int most) {
        return cut(text, most, true);
    }

    /** Its end, the mark included; empty when not even the mark fits. */
    Part tail(Counted text, int most) {
        return cut(text, most, false);
    }

    /** All of it, or nothing when that does not fit. */
    Part whole(Counted text, int most) {
        boolean tooLong = !text.whole() && text.text().length() > (long) most * CHARS_PER_TOKEN;
        if (text.isEmpty() || text.tokens() > most || tooLong) {
            return Part.NONE;
        }
        int all = text.whole() ? text.tokens() : tokens.applyAsInt(text.text());
        return all <= most ? new Part(text.text(), all) : Part.NONE;
    }

    private Part cut(Counted text, int most, boolean head) {
        if (most <= 0 || text.isEmpty()) {
            return Part.NONE;
        }
        Part whole = whole(text, most);
        return whole.isEmpty() ? search(text, most, head) : whole;
    }

    /** The longest part that fits, or nearly. */
    private Part search(Counted text, int most, boolean head) {
        int characters = text.text().codePointCount(0, text.text().length());
        int caution = CAUTION + most / CAUTION_PART;
        int aim = Math.max(0, most - mark - caution);
        int guess = head ? text.charsOfHead(aim) : text.charsOfTail(aim);
        int fits = -1;
        int beyond = characters;
        Part best = Part.NONE;
        for (int look = 1; fits + 1 < beyond; look++) {
            int kept = Math.clamp(guess, fits + 1, beyond - 1);
            String part = part(text.text(), characters, kept, head);
            int counted = tokens.applyAsInt(part);
            if (counted <= most) {
                fits = kept; // tokenizers are not quite monotonous: what fits is what fits
                best = new Part(part, counted);
                if (most - counted <= SLACK * caution) {
                    break; // a word more or less is worth no more looks
                }
            } else {
                beyond = kept;
            }
            guess =
                    look < GUESSES
                            ? (int) ((long) kept * (most - caution) / Math.max(1, counted))
                            : (fits + beyond) >>> 1;
        }
        return best;
    }

    private static String part(String text, int characters, int kept, boolean head) {
        if (head) {
            return text.substring(0, text.offsetByCodePoints(0, kept)) + MARK;
        }
        return MARK + text.substring(text.offsetByCodePoints(0, characters - kept));
    }
}
