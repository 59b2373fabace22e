package io.brainmatrix.pod.memory;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The latest looks at memory, in arrays that were allocated once: adding and asking leave nothing
 * behind. Places count back from the newest, which is 0. For one thread.
 */
public final class Samples {
    /** More than a second at the shortest interval. */
    private static final int KEPT = 256;

    private final long[] millis = new long[KEPT];
    private final long[] nanos = new long[KEPT];
    private final long[] used = new long[KEPT];
    private final long[] swapped = new long[KEPT];
    private final long[] swappedIn = new long[KEPT];
    private final long[] available = new long[KEPT];
    private long added;

    /** These, newest last. */
    static Samples of(List<MemorySample> samples) {
        Samples all = new Samples();
        samples.forEach(all::add);
        return all;
    }

    /** Adds one; the oldest goes when there is no room. */
    public void add(MemorySample sample) {
        add(
                sample.at().toEpochMilli(),
                sample.nanos(),
                sample.used(),
                sample.swapped(),
                sample.swappedIn(),
                sample.nodeAvailable());
    }

    /**
     * Likewise, with a {@link MemorySample}'s components.
     *
     * @param at milliseconds since 1970
     */
    public void add(
            long at,
            long onMonotonicClock,
            long usedBytes,
            long swappedBytes,
            long swappedInBytes,
            long availableBytes) {
        int place = (int) (added % KEPT);
        millis[place] = at;
        nanos[place] = onMonotonicClock;
        used[place] = usedBytes;
        swapped[place] = swappedBytes;
        swappedIn[place] = swappedInBytes;
        available[place] = availableBytes;
        added++;
    }

    /** How many there are. */
    public int size() {
        return (int) Math.min(added, KEPT);
    }

    private int place(int back) {
        if (back < 0 || back >= size()) {
            throw new IndexOutOfBoundsException(back);
        }
        return (int) ((added - 1 - back) % KEPT);
    }

    /** When it was taken, on the monotonic clock. */
    public long nanos(int back) {
        return nanos[place(back)];
    }

    /** Bytes in use that cannot be reclaimed. */
    public long used(int back) {
        return used[place(back)];
    }

    /** Bytes in use, and those of this pod that are in swap: what a limit is for. */
    public long held(int back) {
        int place = place(back);
        return used[place] + swapped[place];
    }

    /** Bytes that the node has available. */
    public long available(int back) {
        return available[place(back)];
    }

    /** Place of the newest that is at least so much older than the newest; else of the oldest. */
    public int before(long span) {
        long newest = nanos(0);
        for (int back = 1; back < size(); back++) {
            if (newest - nanos(back) >= span) {
                return back;
            }
        }
        return size() - 1;
    }

    /** What is held grows by so many bytes per second, over this span; negative when it shrinks. */
    public double growth(long span) {
        int first = before(span);
        return perSecond(first, held(0) - held(first));
    }

    /** What the node has available shrinks by so many bytes per second, over this span. */
    public double nodeLoss(long span) {
        int first = before(span);
        return perSecond(first, available(first) - available(0));
    }

    /** Bytes per second that came back from swap, over this span. */
    public double swapIn(long span) {
        int first = before(span);
        return perSecond(first, swappedIn[place(0)] - swappedIn[place(first)]);
    }

    private double perSecond(int first, long bytes) {
        double seconds = (nanos(0) - nanos(first)) / 1e9;
        return seconds <= 0 ? 0 : bytes / seconds;
    }

    /** At most so many of the latest as objects, newest last. */
    public List<MemorySample> latest(int most) {
        List<MemorySample> latest = new ArrayList<>();
        for (int back = Math.min(most, size()) - 1; back >= 0; back--) {
            int place = place(back);
            latest.add(
                    new MemorySample(
                            Instant.ofEpochMilli(millis[place]),
                            nanos[place],
                            used[place],
                            swapped[place],
                            swappedIn[place],
                            available[place]));
        }
        return latest;
    }
}
