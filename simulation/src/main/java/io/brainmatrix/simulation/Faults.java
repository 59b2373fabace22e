package io.brainmatrix.simulation;

/** How likely what goes wrong; none of it once the history is to calm down. */
final class Faults {
    /** Longest that a cache lags behind while faults happen, in milliseconds. */
    static final long LONGEST_LAG = 3_000;

    private final VirtualTime time;
    private final double roughness;
    private boolean calm;

    Faults(VirtualTime time) {
        this.time = time;
        // Some histories are gentle, so that instances come up and other things get their turn.
        roughness = time.any(java.util.List.of(0.0, 0.3, 1.0, 2.0));
    }

    void calm() {
        calm = true;
    }

    boolean isCalm() {
        return calm;
    }

    boolean strikes(double probability) {
        return !calm && time.chance(Math.min(0.9, probability * roughness));
    }

    /** How long a watch event is under way, in milliseconds. */
    long lag() {
        return strikes(0.05) ? time.between(100, LONGEST_LAG) : time.between(1, 40);
    }

    boolean duplicates() {
        return strikes(0.03);
    }
}
