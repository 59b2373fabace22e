package io.brainmatrix.pod.packaged;

import java.util.ArrayList;
import java.util.List;

/** Readings of something over hours, and how it grows. */
final class Growth {
    /** As many medians, each of as many readings as there are to share out. */
    private static final int PARTS = 40;

    private final List<Double> hours = new ArrayList<>();
    private final List<Long> readings = new ArrayList<>();

    /** Takes one, later than all before. */
    void add(double hour, long reading) {
        hours.add(hour);
        readings.add(reading);
    }

    long latest() {
        return readings.getLast();
    }

    long most() {
        return readings.stream().mapToLong(r -> r).max().orElseThrow();
    }

    double median() {
        return median(readings.stream().map(r -> (double) r).toList());
    }

    /**
     * By how much it grows in an hour: the median of the slopes between medians of its parts, which
     * no peak and no single step moves.
     */
    double perHour() {
        List<Double> slopes = new ArrayList<>();
        int size = Math.max(1, readings.size() / PARTS);
        int parts = readings.size() / size;
        for (int a = 0; a < parts; a++) {
            for (int b = a + 1; b < parts; b++) {
                slopes.add(
                        (part(readings, b, size) - part(readings, a, size))
                                / (part(hours, b, size) - part(hours, a, size)));
            }
        }
        return median(slopes);
    }

    private static double part(List<? extends Number> all, int index, int size) {
        return median(
                all.subList(index * size, (index + 1) * size).stream()
                        .map(Number::doubleValue)
                        .toList());
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
