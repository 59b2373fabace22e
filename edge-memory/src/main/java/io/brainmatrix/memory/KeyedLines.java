package io.brainmatrix.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * The kernel's files of one {@code key value} or {@code key: value kB} a line. Looked through at
 * each question: they are small, asked for a few keys, and read several times a second on every
 * node.
 */
final class KeyedLines {
    private static final long KIB = 1024;

    /** So many digits are a long, whatever they are. */
    private static final int MOST_DIGITS = 18;

    /** No line has as little: values of memory are counts and bytes. */
    static final long ABSENT = Long.MIN_VALUE;

    private byte[] text;
    private int length;

    private KeyedLines(byte[] text) {
        this.text = text;
        this.length = text.length;
    }

    /** Reads a file. */
    static KeyedLines read(Path file) throws IOException {
        return new KeyedLines(Files.readAllBytes(file));
    }

    /** Lines of a text that {@link #replace} brings. */
    static KeyedLines none() {
        return new KeyedLines(new byte[0]);
    }

    /** Other lines: the first bytes of a buffer, which is looked at and not copied. */
    void replace(byte[] buffer, int bytes) {
        text = buffer;
        length = bytes;
    }

    /**
     * A value; absent where no line has it, or where it is no whole number, such as {@code [N/A]}.
     */
    OptionalLong get(String key) {
        long value = find(key);
        return value == ABSENT ? OptionalLong.empty() : OptionalLong.of(value);
    }

    /** The same without an object: {@link #ABSENT} where {@link #get} is empty. */
    long find(String key) {
        int start = 0;
        while (start < length) {
            int end = start;
            while (end < length && text[end] != '\n') {
                end++;
            }
            int at = skipSpace(start, end);
            if (startsWith(key, at, end)) {
                int after = at + key.length();
                if (after < end && (text[after] == ':' || isSpace(text[after]))) {
                    return value(after, end);
                }
            }
            start = end + 1;
        }
        return ABSENT;
    }

    /** The whole text as one number; 0 where it is none. */
    long number() {
        long value =
                length == 0 ? ABSENT : value(0, text[length - 1] == '\n' ? length - 1 : length);
        return value == ABSENT ? 0 : value;
    }

    /** A value that every kernel has. */
    long require(String key, Path file) throws IOException {
        OptionalLong value = get(key);
        if (value.isEmpty()) {
            throw new IOException("`%s` has no line `%s`".formatted(file, key));
        }
        return value.getAsLong();
    }

    private long value(int from, int end) {
        int at = from;
        while (at < end && (text[at] == ':' || isSpace(text[at]))) {
            at++;
        }
        boolean negative = at < end && text[at] == '-';
        at += negative ? 1 : 0;
        int digits = at;
        long value = 0;
        while (at < end && text[at] >= '0' && text[at] <= '9' && at - digits <= MOST_DIGITS) {
            value = value * 10 + (text[at] - '0');
            at++;
        }
        boolean number =
                at > digits && at - digits <= MOST_DIGITS && (at == end || isSpace(text[at]));
        if (!number) {
            return ABSENT;
        }
        long unit = startsWith("kB", skipSpace(at, end), end) ? KIB : 1;
        return Math.multiplyExact(negative ? -value : value, unit);
    }

    private int skipSpace(int from, int end) {
        int at = from;
        while (at < end && isSpace(text[at])) {
            at++;
        }
        return at;
    }

    private boolean startsWith(String word, int at, int end) {
        if (end - at < word.length()) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            if (text[at + i] != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isSpace(byte letter) {
        return letter == ' ' || letter == '\t' || letter == '\r';
    }
}
