package io.brainmatrix.pod.engine;

import io.brainmatrix.pod.memory.Rung;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
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

    /** Who waits looks so often whether there is still somebody to answer. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Engine engine;
    private final int slots;
    private final Supplier<Rung> rung;
    private final LongSupplier nanos;
    private final Duration patience;
    private final AtomicLong progressNanos = new AtomicLong();
    private final AtomicLong promptTokens = new AtomicLong();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** Tickets of those who wait, the first first. Guarded by the lock. */
    private final Deque<Long> waiting = new ArrayDeque<>();

    /** The latest ticket. Guarded by the lock. */
    private long tickets;

    /** Requests with the engine. Changed under the lock. */
    private final AtomicInteger running = new AtomicInteger();

    private volatile boolean closed;
    private volatile boolean cut;

    /**
     * A desk before an engine with so many slots; a request waits at most {@code patience} for one.
     *
     * @param rung from {@link Rung#Queue} on one request runs at a time
     * @param nanos the monotonic clock
     */
    public Desk(
            Engine engine, int slots, Duration patience, Supplier<Rung> rung, LongSupplier nanos) {
        this.engine = engine;
        this.slots = slots;
        this.patience = patience;
        this.rung = rung;
        this.nanos = nanos;
    }

    /** Nobody is free, and enough wait already. */
    @SuppressWarnings("serial") // never serialized
    public static class Busy extends Exception {
        Busy() {
            this("all slots are busy and the queue is full; try again later");
        }

        private Busy(String message) {
            super(message);
        }
    }

    /** Nobody is let in any more. */
    @SuppressWarnings("serial") // never serialized
    public static final class Closed extends Busy {
        Closed() {
            super("the pod is ending");
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
     * @param abandoned whether nobody wants the answer any more; asked a few times a second while
     *     the request waits, which then ends as {@link Engine.Ending#Cancelled}
     */
    public Engine.Outcome generate(
            Engine.Request request, int tokens, BooleanSupplier abandoned, Predicate<String> sink)
            throws Busy, InterruptedException {
        return enter(abandoned)
                ? generate(request, tokens, sink)
                : new Engine.Outcome(0, Engine.Ending.Cancelled);
    }

    /**
     * The same behind everybody else: as long as somebody waits or no slot is free it does not even
     * queue, until its share is due; then it goes before all that wait.
     */
    public Engine.Outcome generateLast(
            Engine.Request request,
            int tokens,
            Share share,
            BooleanSupplier abandoned,
            Predicate<String> sink)
            throws Closed, InterruptedException {
        if (!enterLast(share, abandoned)) {
            return new Engine.Outcome(0, Engine.Ending.Cancelled);
        }
        long began = nanos.getAsLong();
        try {
            return generate(request, tokens, sink);
        } finally {
            share.took(began, nanos.getAsLong());
        }
    }

    private Engine.Outcome generate(Engine.Request request, int tokens, Predicate<String> sink) {
        promptTokens.addAndGet(tokens);
        try {
            return engine.generate(
                    request,
                    piece -> {
                        progress();
                        return sink.test(piece) && !cut;
                    });
        } finally {
            promptTokens.addAndGet(-tokens);
            progress();
            leave();
        }
    }

    /** False when the request is abandoned before it is its turn. */
    private boolean enter(BooleanSupplier abandoned) throws Busy, InterruptedException {
        lock.lockInterruptibly();
        Long ticket = ++tickets;
        try {
            if (closed) {
                throw new Closed();
            }
            if (waiting.size() >= QUEUE_MAX + Math.max(0, slots - running.get())) {
                throw new Busy();
            }
            waiting.add(ticket);
            long left = patience.toNanos();
            while (!ticket.equals(waiting.peek()) || running.get() >= capacity()) {
                if (abandoned.getAsBoolean()) {
                    return false;
                }
                if (closed) {
                    throw new Closed();
                }
                if (left <= 0) {
                    throw new Busy();
                }
                long look = Math.min(left, LOOK_NANOS);
                left -= look - Math.max(0, changed.awaitNanos(look));
            }
            progress();
            running.incrementAndGet();
            return true;
        } finally {
            waiting.remove(ticket);
            changed.signalAll();
            lock.unlock();
        }
    }

    /** False when it is abandoned before it is its turn. */
    private boolean enterLast(Share share, BooleanSupplier abandoned)
            throws Closed, InterruptedException {
        lock.lockInterruptibly();
        Long ticket = ++tickets;
        try {
            while (true) {
                if (closed) {
                    throw new Closed();
                }
                if (abandoned.getAsBoolean()) {
                    return false;
                }
                if (!waiting.contains(ticket) && share.due(nanos.getAsLong())) {
                    waiting.addFirst(ticket);
                }
                boolean next = waiting.isEmpty() || ticket.equals(waiting.peek());
                if (next && running.get() < capacity()) {
                    progress();
                    running.incrementAndGet();
                    return true;
                }
                long _ = changed.awaitNanos(LOOK_NANOS);
            }
        } finally {
            waiting.remove(ticket);
            changed.signalAll();
            lock.unlock();
        }
    }

    private void leave() {
        lock.lock();
        try {
            running.decrementAndGet();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private int capacity() {
        return rung.get().atLeast(Rung.Queue) ? 1 : slots;
    }

    private void progress() {
        progressNanos.set(nanos.getAsLong());
    }

    /** Lets nobody in any more; who waits is turned away, who runs may end. */
    public void close() {
        closed = true;
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Ends every answer at its next token, those that begin too. */
    public void cutShort() {
        cut = true;
    }

    /** Since the engine, having work, last gave a sign of life; zero when it has none. */
    public Duration silent() {
        return running.get() == 0
                ? Duration.ZERO
                : Duration.ofNanos(Math.max(0, nanos.getAsLong() - progressNanos.get()));
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
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /** Requests being answered. */
    public int running() {
        return running.get();
    }
}
