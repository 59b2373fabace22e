package io.brainmatrix.pod.llamacpp;

/** When an answer's tokens came. */
final class Timing {
    private final long begun = System.nanoTime();
    private long first;
    private long last;

    void token() {
        last = System.nanoTime();
        if (first == 0) {
            first = last;
        }
    }

    /** From the beginning to the first token. */
    double firstSeconds() {
        return (first - begun) / 1e9;
    }

    /** Of so many tokens, those after the first. */
    double perSecond(int tokens) {
        return (tokens - 1) / ((last - first) / 1e9);
    }
}
