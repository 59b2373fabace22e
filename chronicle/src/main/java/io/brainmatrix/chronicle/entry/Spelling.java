package io.brainmatrix.chronicle.entry;

/**
 * How any Java string is written so that UTF-8 and PostgreSQL can hold it: NUL, halves of surrogate
 * pairs and the mark itself become the mark (U+0010, which no text has) and four hexadecimal
 * digits. Models cut characters in two; what they said is kept as it was.
 */
public final class Spelling {
    private static final char MARK = '\u0010';
    private static final int DIGITS = 4;
    private static final int HEX = 16;

    private Spelling() {}

    /** The text as it is stored. */
    public static String written(String text) {
        int first = 0;
        while (first < text.length() && !marked(text, first)) {
            first++;
        }
        if (first == text.length()) {
            return text;
        }
        StringBuilder written = new StringBuilder(text.length() + DIGITS);
        written.append(text, 0, first);
        for (int i = first; i < text.length(); i++) {
            if (marked(text, i)) {
                written.append(MARK);
                String digits = Integer.toHexString(text.charAt(i));
                written.repeat('0', DIGITS - digits.length()).append(digits);
            } else {
                written.append(text.charAt(i));
            }
        }
        return written.toString();
    }

    /** The text as it was. */
    public static String read(String written) {
        int mark = written.indexOf(MARK);
        if (mark < 0) {
            return written;
        }
        StringBuilder text = new StringBuilder(written.length());
        int from = 0;
        while (mark >= 0 && mark + DIGITS < written.length()) {
            text.append(written, from, mark);
            from = mark + 1 + DIGITS;
            text.append((char) Integer.parseInt(written, mark + 1, from, HEX));
            mark = written.indexOf(MARK, from);
        }
        return text.append(written, from, written.length()).toString();
    }

    /** Whether UTF-8 has no bytes for some of it. */
    static boolean halved(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (half(text, i)) {
                return true;
            }
        }
        return false;
    }

    /** Nearly all that is written is neither: looked at once. */
    private static boolean marked(String text, int i) {
        char c = text.charAt(i);
        return c <= MARK ? c == 0 || c == MARK : half(text, i);
    }

    private static boolean half(String text, int i) {
        char c = text.charAt(i);
        if (c < Character.MIN_SURROGATE) {
            return false;
        }
        if (Character.isHighSurrogate(c)) {
            return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
        }
        return Character.isLowSurrogate(c)
                && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
    }
}
