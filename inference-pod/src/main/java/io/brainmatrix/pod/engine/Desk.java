package io.brainmatrix.pod.engine;

import io.brainmatrix.pod.memory.Rung;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Lets as many requests to the engine as it has slots; a few more wait in order, the others are
 * turned away.
 */
public final class Desk {
    /** Waiting requests beyond this are turned away: none of them would be answered soon. */
    static final int QUEUE_MAX = 16;

    /** A prompt is worked through without a sign of life, on a slow core at two tokens a second. */
    private static final long PROMPT_TOKEN_NANOS = 500_000_000L;

    private final Engine engine;
    private final Semaphore slots;
    private final Semaphore single = new Semaphore(1, true);
    private final Supplier<Rung> rung;
    private final LongSupplier nanos;
    private final AtomicLong progressNanos = new AtomicLong();
    private final AtomicLong promptTokens = new AtomicLong();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger running = new AtomicInteger();
    private final Duration patience;

    /**
     * A desk before an engine with so many slots; a request waits at most {@code patience} for one.
     *
     * @param rung from {@link Rung#Queue} on one request runs at a time
     * @param nanos the monotonic clock
     */
    public Desk(
            Engine engine, int slots, Duration patience, Supplier<Rung> rung, LongSupplier nanos) {
        this.engine = engine;
        this.slots = new Semaphore(slots, true);
        this.patience = patience;
        this.rung = rung;
        this.nanos = nanos;
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

    /**
     * Waits for a slot and generates.
     *
     * @param tokens of the prompt: as long as these are worked through the engine is silent
     */
    public int generate(Engine.Request request, int tokens, Predicate<String> sink)
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
        try {
            if (!rung.get().atLeast(Rung.Queue)) {
                return run(request, tokens, sink);
            }
            if (!single.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new Busy();
            }
            try {
                return run(request, tokens, sink);
            } finally {
                single.release();
            }
        } finally {
            slots.release();
        }
    }

    private int run(Engine.Request request, int tokens, Predicate<String> sink) {
        progress();
        promptTokens.addAndGet(tokens);
        running.incrementAndGet();
        try {
            return engine.generate(
                    request,
                    piece -> {
                        progress();
                        return sink.test(piece);
                    });
        } finally {
            running.decrementAndGet();
            promptTokens.addAndGet(-tokens);
            progress();
        }
    }

    private void progress() {
        progressNanos.set(nanos.getAsLong());
    }

    /**
     * Whether the engine has work and has produced nothing for longer than {@code silence} and the
     * time that the prompts under way may take: then it will not any more.
     */
    public boolean hung(Duration silence) {
        long allowed = silence.toNanos() + promptTokens.get() * PROMPT_TOKEN_NANOS;
        return running.get() > 0 && nanos.getAsLong() - progressNanos.get() > allowed;
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
