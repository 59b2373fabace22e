package io.brainmatrix.pod.mind;

import java.util.function.ToIntFunction;

/**
 * A text and how many tokens it has: counted once, when it comes, so that each prompt that it is
 * put into has only to add up.
 *
 * @param chars of its beginning, which were counted: all of them, but of a text that no prompt
 *     would tell whole
 * @param tokens of those
 * @param headTokens of its first {@link #HEAD_CHARS}, or of all that were counted: numbers and
 *     names have more of them than what follows
 */
record Counted(String text, int chars, int tokens, int headTokens) {
    private static final int HEAD_CHARS = 128;

    /**
     * Counting takes native memory by the length of a text; longer ones are told in part anyway.
     */
    static final int CHARS_MAX = 16_384;

    /** Counts. */
    static Counted of(String text, ToIntFunction<String> tokens) {
        int chars = whole(text, CHARS_MAX);
        int all = chars == 0 ? 0 : tokens.applyAsInt(text.substring(0, chars));
        int head =
                chars <= HEAD_CHARS
                        ? all
                        : tokens.applyAsInt(text.substring(0, whole(text, HEAD_CHARS)));
        return new Counted(text, chars, all, head);
    }

    /** So many characters or one less: not between the halves of a pair. */
    private static int whole(String text, int most) {
        return text.length() <= most
                ? text.length()
                : Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most;
    }

    boolean isEmpty() {
        return text.isEmpty();
    }

    /** Whether {@link #tokens} are those of all of it. */
    boolean whole() {
        return chars == text.length();
    }

    /** Characters of its beginning that have about so many tokens. */
    int charsOfHead(int most) {
        if (most <= headTokens || tokens <= headTokens) {
            return part(most, Math.min(chars, HEAD_CHARS), headTokens);
        }
        return HEAD_CHARS + part(most - headTokens, chars - HEAD_CHARS, tokens - headTokens);
    }

    /** Characters of its end that have about so many tokens. */
    int charsOfTail(int most) {
        return part(most, chars, tokens);
    }

    private static int part(int most, int chars, int tokens) {
        return (int) ((long) most * chars / Math.max(1, tokens));
    }
}
