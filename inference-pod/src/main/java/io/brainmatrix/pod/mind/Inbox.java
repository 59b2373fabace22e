package io.brainmatrix.pod.mind;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * What was seen of others and is not told yet, in order. When it is full, who brings more waits:
 * the feed is held back, and nothing is lost.
 */
final class Inbox {
    private static final int ENTRIES_MAX = 256;
    private static final long CHARS_MAX = 512 << 10;

    private final LongSupplier nanos;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private long chars;

    private record Waiting(Sighting sighting, long sinceNanos) {}

    Inbox(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Waits for room, and keeps. */
    synchronized void put(Sighting sighting) throws InterruptedException {
        while (waiting.size() >= ENTRIES_MAX || (chars > CHARS_MAX && !waiting.isEmpty())) {
            wait();
        }
        waiting.add(new Waiting(sighting, nanos.getAsLong()));
        chars += sighting.line().text().length();
    }

    /** All that waits, the oldest first. */
    synchronized List<Sighting> waiting() {
        return waiting.stream().map(Waiting::sighting).toList();
    }

    /** Takes the oldest away: they were told. */
    synchronized void told(int count) {
        for (int i = 0; i < count; i++) {
            chars -= waiting.removeFirst().sighting().line().text().length();
        }
        notifyAll();
    }

    /** How many wait. */
    synchronized int size() {
        return waiting.size();
    }

    /** How long the oldest has waited, in nanoseconds; empty when none waits. */
    synchronized OptionalLong oldestNanos() {
        return waiting.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(nanos.getAsLong() - waiting.getFirst().sinceNanos());
    }
}
