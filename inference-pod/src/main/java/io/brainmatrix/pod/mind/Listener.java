package io.brainmatrix.pod.mind;

import io.brainmatrix.pod.memory.Rung;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Takes a thought down as it comes, and says whether it may go on. One thread thinks; another may
 * look at what there is of it, which holds the first up for no longer than copying it takes.
 */
final class Listener implements UnderWay.Thinking {
    /** Thoughts have at most this part of their tokens while memory is short. */
    private static final int SHORTENED = 4;

    private final Mind.World world;
    private final int thoughtTokens;
    private final BooleanSupplier stopping;
    private final Begun begun;

    /** Written under the lock. */
    private final StringBuilder text = new StringBuilder();

    /** Written under the lock. */
    private int pieces;

    /** Written under the lock; until there is a piece, when it was begun. */
    private long firstNanos;

    private boolean shortened;

    /**
     * What a thought begins with.
     *
     * @param number from 1 in each life
     * @param seed that it is drawn with
     * @param promptTokens of its prompt
     * @param persona which variant it thinks by
     * @param nanos when, by the monotonic clock
     */
    record Begun(long number, int seed, int promptTokens, String persona, long nanos) {}

    Listener(Mind.World world, int thoughtTokens, BooleanSupplier stopping, Begun begun) {
        this.world = world;
        this.thoughtTokens = thoughtTokens;
        this.stopping = stopping;
        this.begun = begun;
        this.firstNanos = begun.nanos();
    }

    boolean goesOn(String piece) {
        synchronized (this) {
            if (pieces == 0) {
                firstNanos = world.nanos().getAsLong();
            }
            pieces++;
            text.append(piece);
        }
        Rung rung = world.rung().get();
        shortened =
                rung.atLeast(Rung.Refuse)
                        || (rung.atLeast(Rung.Shorten)
                                && pieces >= Math.max(1, thoughtTokens / SHORTENED));
        return !stopping.getAsBoolean() && !shortened;
    }

    /** Whether memory's shortness ended it; for the thread that thinks. */
    boolean shortened() {
        return shortened;
    }

    /** What there is of it. */
    synchronized String text() {
        return text.toString();
    }

    /** The thought as it is now. */
    Thought thought(Optional<Thought.Ended> ended) {
        long first = firstNanos();
        return new Thought(
                world.life(),
                begun.number(),
                world.clock().instant(),
                text(),
                new Thought.Known(
                        begun.promptTokens(),
                        TimeUnit.NANOSECONDS.toMillis(first - begun.nanos()),
                        TimeUnit.NANOSECONDS.toMillis(world.nanos().getAsLong() - first),
                        world.model(),
                        begun.seed(),
                        begun.persona()),
                ended);
    }

    /** When its first piece came; when it was begun, as long as there is none. */
    private synchronized long firstNanos() {
        return firstNanos;
    }

    @Override
    public long number() {
        return begun.number();
    }

    @Override
    public synchronized int pieces() {
        return pieces;
    }

    @Override
    public String json() {
        return thought(Optional.empty()).json();
    }
}
