package io.brainmatrix.pod.engine;

import java.util.List;

/**
 * Finds stop texts in an answer that comes in pieces: holds back what may be the beginning of one,
 * and lets it go as soon as it is none.
 */
final class StopTexts {
    private final List<String> stops;
    private String held = "";
    private boolean found;

    StopTexts(List<String> stops) {
        this.stops = List.copyOf(stops);
    }

    /** What can be said for sure with this piece; the text before a stop text when one has come. */
    String next(String piece) {
        String text = held + piece;
        int stop = stops.stream().mapToInt(text::indexOf).filter(at -> at >= 0).min().orElse(-1);
        found = stop >= 0;
        int sure = found ? stop : text.length() - beginning(text);
        held = found ? "" : text.substring(sure);
        return text.substring(0, sure);
    }

    /** Length of the longest end of the text that a stop text begins with. */
    private int beginning(String text) {
        int longest = 0;
        for (String stop : stops) {
            int length = Math.min(stop.length() - 1, text.length());
            while (length > longest && !text.endsWith(stop.substring(0, length))) {
                length--;
            }
            longest = Math.max(longest, length);
        }
        return longest;
    }

    /** Whether a stop text has come: the answer is over then. */
    boolean found() {
        return found;
    }

    /** What is still held back when the answer ends without a stop text. */
    String rest() {
        return held;
    }
}
