package io.brainmatrix.pod.mind;

import java.time.Duration;

/**
 * When a thought under way is told: once it has gone on for a second and then about once a second,
 * only when there is more of it, and seldom while the chronicle does not take it.
 */
final class TellingRule {
    static final Duration EVERY = Duration.ofSeconds(1);
    static final Duration SELDOM = Duration.ofSeconds(32);

    private Duration pause = EVERY;
    private long notBeforeNanos;
    private long number;
    private int pieces;

    /** By a monotonic clock that says so now. */
    TellingRule(long nowNanos) {
        notBeforeNanos = nowNanos;
    }

    /** A thought begins; most are whole before they would be worth telling. */
    void began(long nowNanos) {
        notBeforeNanos += Math.max(0, nowNanos + EVERY.toNanos() - notBeforeNanos);
    }

    /** Nanoseconds until anything may be told; 0 when it may be now. */
    long waitNanos(long nowNanos) {
        return Math.max(0, notBeforeNanos - nowNanos);
    }

    /**
     * Whether there is something to tell that was not told.
     *
     * @param thought its number
     * @param now pieces of it so far
     */
    boolean isNew(long thought, int now) {
        return now > 0 && (thought != number || now > pieces);
    }

    /** It was taken. */
    void told(long thought, int upTo, long nowNanos) {
        number = thought;
        pieces = upTo;
        pause = EVERY;
        notBeforeNanos = nowNanos + pause.toNanos();
    }

    /** It was not taken: the next try is later each time. */
    void failed(long nowNanos) {
        Duration longer = pause.multipliedBy(2);
        pause = longer.compareTo(SELDOM) < 0 ? longer : SELDOM;
        notBeforeNanos = nowNanos + pause.toNanos();
    }
}
