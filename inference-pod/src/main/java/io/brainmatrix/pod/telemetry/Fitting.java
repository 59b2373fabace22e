package io.brainmatrix.pod.telemetry;

/** Text within a number of bytes of JSON. Pure. */
final class Fitting {
    /** As {@code \}{@code u0000}. */
    private static final int ESCAPED = 6;

    private Fitting() {}

    /** Its beginning, whole characters, of at most so many bytes once written as JSON in UTF-8. */
    static String head(String text, int maxBytes) {
        int bytes = 0;
        int end = 0;
        while (end < text.length()) {
            int point = text.codePointAt(end);
            bytes += bytes(point);
            if (bytes > maxBytes) {
                break;
            }
            end += Character.charCount(point);
        }
        return text.substring(0, end);
    }

    private static int bytes(int point) {
        if (point < ' ') {
            return ESCAPED;
        }
        if (point < 0x80) {
            return point == '"' || point == '\\' ? 2 : 1;
        }
        return point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    }
}
