package io.brainmatrix.agent;

import java.time.Duration;

/** How long to leave an API server alone that did not take a write. Pure. */
final class Retry {
    private static final Duration FIRST = Duration.ofSeconds(1);

    /** Below the heartbeat while somebody waits: an outage costs at most one beat more. */
    private static final Duration MOST = Duration.ofSeconds(8);

    private static final int DOUBLINGS_MAX = 3;

    private Retry() {}

    /** The pause after so many failures in a row: none, then 1, 2, 4 and at most 8 s. */
    static Duration pause(int failures) {
        if (failures <= 0) {
            return Duration.ZERO;
        }
        return failures > DOUBLINGS_MAX ? MOST : FIRST.multipliedBy(1L << (failures - 1));
    }
}
