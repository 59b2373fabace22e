package io.brainmatrix.pod.engine;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * Lets as many requests to the engine as it has slots; a few more wait in order, the others are
 * turned away.
 */
public final class Desk {
    /** Waiting requests beyond this are turned away: none of them would be answered soon. */
    static final int QUEUE_MAX = 16;

    private final Engine engine;
    private final Semaphore slots;
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger running = new AtomicInteger();
    private final Duration patience;

    /**
     * A desk before an engine with so many slots; a request waits at most {@code patience} for one.
     */
    public Desk(Engine engine, int slots, Duration patience) {
        this.engine = engine;
        this.slots = new Semaphore(slots, true);
        this.patience = patience;
    }

    /** Nobody is free, and enough wait already. */
    @SuppressWarnings("serial") // never serialized
    public static final class Busy extends Exception {
        Busy() {
            super("all slots are busy and the queue is full; try again later");
        }
    }

    /** What is asked for things that need no slot. */
    public Engine engine() {
        return engine;
    }

    /** Waits for a slot and generates. */
    public int generate(Engine.Request request, Predicate<String> sink)
            throws Busy, InterruptedException {
        if (waiting.incrementAndGet() > QUEUE_MAX + slots.availablePermits()) {
            waiting.decrementAndGet();
            throw new Busy();
        }
        try {
            if (!slots.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new Busy();
            }
        } finally {
            waiting.decrementAndGet();
        }
        running.incrementAndGet();
        try {
            return engine.generate(request, sink);
        } finally {
            running.decrementAndGet();
            slots.release();
        }
    }

    /** Requests that wait for a slot. */
    public int waiting() {
        return waiting.get();
    }

    /** Requests being answered. */
    public int running() {
        return running.get();
    }
}
