package io.brainmatrix.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Pressure stall information of memory: percent of the last 10 s in which some or all tasks
 * stalled, 0 to 100.
 */
public record Pressure(double someAvg10, double fullAvg10) {
    private static final Pattern AVERAGE = Pattern.compile("(some|full) avg10=(\\d+(?:\\.\\d+)?) ");

    /**
     * Reads it below a root such as {@code /proc}; a kernel may have it compiled in and switched
     * off: the file is there and unreadable.
     */
    public static Optional<Pressure> read(Path proc) {
        try {
            double some = -1;
            double full = -1;
            for (String line : Files.readAllLines(proc.resolve("pressure/memory"))) {
                Matcher average = AVERAGE.matcher(line);
                if (average.lookingAt()) {
                    double percent = Double.parseDouble(average.group(2));
                    if (average.group(1).equals("some")) {
                        some = percent;
                    } else {
                        full = percent;
                    }
                }
            }
            return some >= 0 && full >= 0
                    ? Optional.of(new Pressure(some, full))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
