package io.brainmatrix.pod.mind;

import java.util.regex.Pattern;

/**
 * Makes text that a model wrote fit for a prompt: nothing in it is taken for the markup of a chat
 * template, and nothing breaks the way to the tokenizer. What is stored stays as it was.
 */
final class Plain {
    /** As {@code <|im_start|>}, {@code </s>}, {@code <start_of_turn>}. */
    private static final Pattern TAG = Pattern.compile("<(?=[|/A-Za-z])");

    /** As {@code [INST]}, {@code [/INST]}. */
    private static final Pattern BRACKET = Pattern.compile("\\[(?=/?[A-Z_]{2,}\\])");

    private static final char REPLACEMENT = '\uFFFD';

    private Plain() {}

    /** One that may be put into a prompt, without space around it. */
    static String of(String text) {
        StringBuilder plain = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                plain.append(c).append(text.charAt(++i));
            } else if (Character.isSurrogate(c)) {
                plain.append(REPLACEMENT);
            } else if (Character.isISOControl(c) && c != '\n' && c != '\t') {
                plain.append(' ');
            } else {
                plain.append(c);
            }
        }
        return BRACKET.matcher(TAG.matcher(plain).replaceAll("< ")).replaceAll("[ ").strip();
    }

    /** The same in one line. */
    static String line(String text) {
        return of(text).replace('\n', ' ');
    }
}
