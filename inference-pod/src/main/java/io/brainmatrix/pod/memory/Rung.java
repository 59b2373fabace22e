package io.brainmatrix.pod.memory;

/**
 * How hard memory is pressed while serving, and what is done about it; each includes the former.
 */
public enum Rung {
    /** Nothing. */
    Free(0),
    /** One request at a time, the others wait. */
    Queue(1),
    /** Answers end early, those under way too. */
    Shorten(2),
    /** New requests are refused for now. */
    Refuse(3),
    /** The process drains for as long as there is time, and ends. */
    End(4);

    private final int height;

    Rung(int height) {
        this.height = height;
    }

    /** 0 for {@link #Free}, one more for each rung above. */
    public int height() {
        return height;
    }

    /** Whether what another rung does is done here too. */
    public boolean atLeast(Rung other) {
        return compareTo(other) >= 0;
    }
}
