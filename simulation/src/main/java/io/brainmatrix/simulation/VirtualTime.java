package io.brainmatrix.simulation;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/** The virtual clock, what is to happen when, and the seed's randomness. */
final class VirtualTime {
    /** Virtual time starts here. */
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    /** Lines of history that a failing seed prints. */
    private static final int HISTORY = 120;

    private record Due(long at, long order, Runnable happening) {}

    private final PriorityQueue<Due> agenda =
            new PriorityQueue<>(Comparator.comparingLong(Due::at).thenComparingLong(Due::order));
    private final Deque<String> history = new ArrayDeque<>();
    private final SplittableRandom random;
    private long now;
    private long order;
    private long steps;

    VirtualTime(long seed) {
        random = new SplittableRandom(seed);
    }

    /** Milliseconds since the start. */
    long now() {
        return now;
    }

    /** Happenings so far. */
    long steps() {
        return steps;
    }

    Instant instant() {
        return START.plusMillis(now);
    }

    void in(long millis, Runnable happening) {
        agenda.add(new Due(now + Math.max(0, millis), order++, happening));
    }

    /** Lets the next thing happen; false when nothing is left. */
    boolean step() {
        Due due = agenda.poll();
        if (due == null) {
            return false;
        }
        now = Math.max(now, due.at());
        steps++;
        due.happening().run();
        return true;
    }

    /** When the next thing happens; {@link Long#MAX_VALUE} when nothing is left. */
    long next() {
        Due due = agenda.peek();
        return due == null ? Long.MAX_VALUE : due.at();
    }

    /** A number from {@code from} to {@code to}, both included. */
    long between(long from, long to) {
        return from >= to ? from : random.nextLong(from, to + 1);
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    <T> T any(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    void note(String what) {
        history.addLast("%10.3f s  %s".formatted(now / 1000.0, what));
        if (history.size() > HISTORY) {
            history.removeFirst();
        }
    }

    List<String> history() {
        return new ArrayList<>(history);
    }

    /** The operator's wall clock. */
    Clock clock() {
        return new Clock() {
            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return VirtualTime.this.instant();
            }
        };
    }

    static long millis(Duration duration) {
        return duration.toMillis();
    }
}
