package io.brainmatrix.pod.engine;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * How long one that goes behind everybody else stands back: until what it took of a slot last is no
 * more than its share of the time since that began. As long as a slot is free it stands back for
 * nobody, whatever its share. For one thread.
 */
public final class Share {
    /** Nothing is known before the first time of how long one takes. */
    static final Duration FIRST = Duration.ofMinutes(1);

    private final int percent;
    private final long begunNanos;
    private boolean took;
    private long tookNanos;
    private long endedNanos;

    /**
     * A share of one slot's time.
     *
     * @param percent 0 never goes before anybody, 100 goes before all that wait
     * @param nowNanos by the desk's clock
     */
    public Share(int percent, long nowNanos) {
        if (percent < 0 || percent > 100) {
            throw new IllegalArgumentException("a share has 0 to 100 percent, not " + percent);
        }
        this.percent = percent;
        this.begunNanos = nowNanos;
    }

    /** It had a slot. */
    void took(long fromNanos, long toNanos) {
        took = true;
        tookNanos = Math.max(0, toNanos - fromNanos);
        endedNanos = toNanos;
    }

    /** Whether it has stood back for long enough, and goes next. */
    boolean due(long nowNanos) {
        if (percent == 0) {
            return false;
        }
        if (!took) {
            return percent == 100 || nowNanos - begunNanos >= FIRST.toNanos();
        }
        // Hundredths of a slot's time have room: a thought of a day has 2^47 ns.
        return (nowNanos - endedNanos) * percent >= tookNanos * (100 - percent);
    }

    @Override
    public String toString() {
        return took
                ? "%d %% after %d ms".formatted(percent, TimeUnit.NANOSECONDS.toMillis(tookNanos))
                : percent + " %";
    }
}
