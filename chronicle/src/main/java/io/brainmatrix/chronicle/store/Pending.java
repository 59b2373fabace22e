package io.brainmatrix.chronicle.store;

import io.brainmatrix.chronicle.entry.Entry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What lives think just now, until it is on disk: the latest of each, in memory and within bounds.
 * It is told once a second by each mind, and written with whatever else is, or seldom.
 */
final class Pending {
    /** Characters of all that waits; more is refused. */
    static final long CHARS_MAX = 4 << 20;

    private final Map<Life, Entry> latest = new HashMap<>();
    private long chars;

    private record Life(String matrixUid, String instance, long life) {
        static Life of(Entry entry) {
            return new Life(entry.of().matrixUid(), entry.of().instance(), entry.life());
        }
    }

    /** Whether there was room. */
    synchronized boolean put(Entry entry) {
        Entry before = latest.get(Life.of(entry));
        if (before != null && !later(entry, before)) {
            return true; // what came late says nothing new
        }
        long more = chars(entry) - (before == null ? 0 : chars(before));
        if (chars + more > CHARS_MAX) {
            return false;
        }
        latest.put(Life.of(entry), entry);
        chars += more;
        return true;
    }

    private static boolean later(Entry entry, Entry before) {
        return entry.number() != before.number()
                ? entry.number() > before.number()
                : entry.at().isAfter(before.at());
    }

    private static long chars(Entry entry) {
        return (long) entry.text().length() + entry.details().length();
    }

    /** All that waits. */
    synchronized List<Entry> all() {
        return new ArrayList<>(latest.values());
    }

    /** These are on disk; what was told since stays. */
    synchronized void written(List<Entry> entries) {
        for (Entry entry : entries) {
            if (latest.remove(Life.of(entry), entry)) {
                chars -= chars(entry);
            }
        }
    }
}
