package io.brainmatrix.pod.mind;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells of the thought under way, on a thread of its own: who thinks never waits for it, and
 * neither does what is told in order.
 */
final class UnderWay implements AutoCloseable {
    /** A thought that goes on meanwhile. */
    interface Thinking {
        /** From 1 in each life. */
        long number();

        /** How many pieces of it there are. */
        int pieces();

        /** What there is of it, for the chronicle. */
        String json();
    }

    /** Tells one; whether it was taken. */
    interface Teller {
        boolean tell(String json) throws InterruptedException;
    }

    private final Teller teller;
    private final LongSupplier nanos;

    /** Changed under the lock. */
    private final TellingRule rule;

    private final Thread thread;
    private @Nullable Thinking thinking;
    private volatile boolean closed;

    UnderWay(Teller teller, LongSupplier nanos) {
        this.teller = teller;
        this.nanos = nanos;
        this.rule = new TellingRule(nanos.getAsLong());
        this.thread = Thread.ofVirtual().name("under-way").start(this::run);
    }

    /** A thought begins. */
    synchronized void began(Thinking thought) {
        thinking = thought;
        rule.began(nanos.getAsLong());
        notifyAll();
    }

    /** It came to its end, and is told as a whole. */
    synchronized void ended() {
        thinking = null;
    }

    private void run() {
        try {
            while (!closed) {
                Thinking thought = next();
                int pieces = thought.pieces();
                boolean told = !rule.isNew(thought.number(), pieces) || teller.tell(thought.json());
                synchronized (this) {
                    if (told) {
                        rule.told(thought.number(), pieces, nanos.getAsLong());
                    } else {
                        rule.failed(nanos.getAsLong());
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the life ends
        }
    }

    /** The thought under way, once it may be told. */
    private synchronized Thinking next() throws InterruptedException {
        while (true) {
            Thinking thought = thinking;
            long left = rule.waitNanos(nanos.getAsLong());
            if (thought == null) {
                wait();
            } else if (left > 0) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            } else {
                return thought;
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
