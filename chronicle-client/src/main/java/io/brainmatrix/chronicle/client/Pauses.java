package io.brainmatrix.chronicle.client;

import java.time.Duration;

/** Between tries: each twice as long as the one before, up to a bound. For one thread. */
final class Pauses {
    static final Duration MAX = Duration.ofSeconds(10);

    private static final Duration FIRST = Duration.ofMillis(200);

    private Duration next = FIRST;

    /** Something worked: the next one is short again. */
    void beginAnew() {
        next = FIRST;
    }

    void pause() throws InterruptedException {
        Thread.sleep(next);
        Duration longer = next.multipliedBy(2);
        next = longer.compareTo(MAX) < 0 ? longer : MAX;
    }
}
