package io.brainmatrix.pod.mind;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/** How many thoughts there were in the last minute, to within a second. */
final class Pace {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final int SECONDS = 60;

    /** One for each second that had any, the oldest first; so its size is bounded. */
    private final Deque<Second> seconds = new ArrayDeque<>();

    private record Second(long sinceNanos, int thoughts) {}

    /** A thought has come to its end. */
    synchronized void thought(long nowNanos) {
        Second last = seconds.peekLast();
        if (last != null && nowNanos - last.sinceNanos() < SECOND) {
            seconds.removeLast();
            seconds.addLast(new Second(last.sinceNanos(), last.thoughts() + 1));
        } else {
            seconds.addLast(new Second(nowNanos, 1));
        }
        forget(nowNanos);
    }

    synchronized int lastMinute(long nowNanos) {
        forget(nowNanos);
        return seconds.stream().mapToInt(Second::thoughts).sum();
    }

    private void forget(long nowNanos) {
        while (!seconds.isEmpty()
                && nowNanos - seconds.getFirst().sinceNanos() >= SECONDS * SECOND) {
            seconds.removeFirst();
        }
    }
}
