package io.brainmatrix.memory.settling;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/**
 * Judges whether memory has settled: low slope over a whole window, never "back to where it was",
 * since a driver may keep freed memory in a pool of its own.
 *
 * <p>The slope is Theil and Sen's: the median of the slopes between all pairs of samples. One
 * outlier, such as a page cache that was dropped between two samples, moves it little; a steady
 * ramp moves it fully. Memory that is still being freed is not settled either: a dying pod's
 * neighbours cannot be judged.
 *
 * <p>A step in the middle of the window leaves most pairs flat, so the median alone would miss it:
 * the two halves' medians must agree within the bound as well. Both miss a move that has only just
 * begun, since fewer than a quarter of the samples have seen it: so the median of the newest three
 * must agree with the older half too.
 *
 * <p>Page cache that grows is settled: it counts as available but for a low watermark's worth, and
 * the kernel gives it back to whoever asks.
 *
 * <p>Where the samples' time jumps, in either direction, nothing is settled until a whole window
 * lies behind the jump.
 */
public final class SettledPolicy {
    /** Fewer say nothing about a trend. */
    private static final int MIN_SAMPLES = 3;

    /** The median of three is the shortest that one outlier cannot move. */
    private static final int NEWEST_SAMPLES = 3;

    /** 8,000 pairs: less than a millisecond. */
    private static final int MOST_SAMPLES = 128;

    private static final double NANOS_PER_SECOND = 1e9;

    private SettledPolicy() {}

    /** Judges the latest window; samples must be in order of time. */
    public static Verdict judge(List<Sample> samples, SettleRule rule) {
        if (samples.isEmpty()) {
            return new Verdict(OptionalLong.empty(), false);
        }
        long last = samples.getLast().atNanos();
        long windowNanos = rule.window().toNanos();
        int from = samples.size() - 1;
        // One sample at or before the window's start belongs to it: without it the window would not
        // be covered.
        while (from > 0 && last - samples.get(from).atNanos() < windowNanos) {
            from--;
        }
        List<Sample> all = samples.subList(from, samples.size());
        if (all.size() < MIN_SAMPLES) {
            return new Verdict(OptionalLong.empty(), false);
        }
        boolean covered =
                last - all.getFirst().atNanos() >= windowNanos && !hasGap(all, windowNanos);
        List<Sample> window = thinned(all);
        long slope = slope(window);
        int half = window.size() / 2;
        long change = slope;
        for (int newest : new int[] {half, Math.min(half, NEWEST_SAMPLES)}) {
            long step = step(window, newest, rule);
            change = Math.abs(step) > Math.abs(change) ? step : change;
        }
        return new Verdict(
                OptionalLong.of(change), covered && Math.abs(change) <= rule.maxSlopePerSecond());
    }

    /**
     * The pairs of a long window are too many to look at ten times a second: of its older samples
     * every n-th is enough.
     */
    private static List<Sample> thinned(List<Sample> all) {
        int every = (all.size() + MOST_SAMPLES - 1) / MOST_SAMPLES;
        if (every <= 1) {
            return all;
        }
        List<Sample> few = new ArrayList<>();
        int older = all.size() - NEWEST_SAMPLES;
        for (int i = 0; i < older; i += every) {
            few.add(all.get(i));
        }
        few.addAll(all.subList(older, all.size()));
        return few;
    }

    /** Samples further apart than half a window tell nothing of what lay between them. */
    private static boolean hasGap(List<Sample> window, long windowNanos) {
        for (int i = 1; i < window.size(); i++) {
            if (window.get(i).atNanos() - window.get(i - 1).atNanos() > windowNanos / 2) {
                return true;
            }
        }
        return false;
    }

    private static long slope(List<Sample> window) {
        int n = window.size();
        double[] slopes = new double[n * (n - 1) / 2];
        int count = 0;
        for (int i = 0; i < n; i++) {
            for (int j = i + 1; j < n; j++) {
                double seconds =
                        (window.get(j).atNanos() - window.get(i).atNanos()) / NANOS_PER_SECOND;
                if (seconds > 0) {
                    slopes[count++] =
                            (window.get(j).available() - window.get(i).available()) / seconds;
                }
            }
        }
        return Math.round(median(slopes, count));
    }

    /**
     * The difference between the medians of the older half and of the newest samples, per second of
     * window: what a step adds up to.
     */
    private static long step(List<Sample> window, int newest, SettleRule rule) {
        double before = level(window.subList(0, window.size() / 2));
        double after = level(window.subList(window.size() - newest, window.size()));
        return Math.round((after - before) / (rule.window().toNanos() / NANOS_PER_SECOND));
    }

    private static double level(List<Sample> samples) {
        double[] levels = samples.stream().mapToDouble(Sample::available).toArray();
        return median(levels, levels.length);
    }

    private static double median(double[] values, int count) {
        if (count == 0) {
            return 0;
        }
        Arrays.sort(values, 0, count);
        return count % 2 == 1 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
    }
}
