package io.brainmatrix.chronicle.http;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Ends writes that take too long: the JDK's server has no bound for them. An interrupt closes the
 * connection.
 */
final class Watchdog implements AutoCloseable {
    private static final Duration LOOK_EVERY = Duration.ofSeconds(2);

    private final Duration patience;
    private final LongSupplier nanos;
    private final Map<Thread, Long> since = new ConcurrentHashMap<>();
    private final Thread thread;

    Watchdog(Duration patience, LongSupplier nanos) {
        this.patience = patience;
        this.nanos = nanos;
        this.thread = Thread.ofVirtual().name("watchdog").start(this::run);
    }

    /** One write. */
    interface Turn extends AutoCloseable {
        @Override
        void close();
    }

    /** Begins to watch this thread. */
    Turn watch() {
        Thread own = Thread.currentThread();
        since.put(own, nanos.getAsLong());
        return () -> since.remove(own);
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(LOOK_EVERY);
                long now = nanos.getAsLong();
                since.forEach(
                        (writer, began) -> {
                            if (now - began > patience.toNanos()) {
                                writer.interrupt();
                            }
                        });
            }
        } catch (InterruptedException e) {
            // closed
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
