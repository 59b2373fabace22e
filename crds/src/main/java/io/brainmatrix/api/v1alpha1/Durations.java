package io.brainmatrix.api.v1alpha1;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as Go and Kubernetes write them: {@code 500ms}, {@code 3s}, {@code 1h30m}, {@code
 * 1.5s}.
 */
public final class Durations {
    private static final Pattern TERM = Pattern.compile("(\\d+(?:\\.\\d+)?)(ns|us|µs|ms|s|m|h)");
    private static final Map<String, Long> NANOS =
            Map.of(
                    "ns", 1L,
                    "us", 1_000L,
                    "µs", 1_000L,
                    "ms", 1_000_000L,
                    "s", 1_000_000_000L,
                    "m", 60_000_000_000L,
                    "h", 3_600_000_000_000L);

    private Durations() {}

    /**
     * Reads a duration.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static Duration parse(String text) {
        Matcher term = TERM.matcher(text);
        Duration sum = Duration.ZERO;
        int end = 0;
        while (term.find() && term.start() == end) {
            sum = sum.plusNanos(nanos(text, new BigDecimal(term.group(1)), term.group(2)));
            end = term.end();
        }
        if (text.isEmpty() || end != text.length()) {
            throw new IllegalArgumentException(
                    "`%s` is no duration; write it like 3s, 500ms or 1h30m".formatted(text));
        }
        return sum;
    }

    /** Fractions of a nanosecond are dropped. */
    private static long nanos(String text, BigDecimal amount, String unit) {
        BigDecimal nanos = amount.multiply(BigDecimal.valueOf(NANOS.getOrDefault(unit, 0L)));
        try {
            return nanos.setScale(0, RoundingMode.DOWN).longValueExact();
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    "`%s` is too long a duration; at most 292 years".formatted(text), e);
        }
    }

    /** Writes a duration as {@link #parse} reads it, without zero parts. */
    public static String text(Duration duration) {
        if (duration.isZero()) {
            return "0s";
        }
        StringBuilder text = new StringBuilder(duration.isNegative() ? "-" : "");
        Duration rest = duration.abs();
        append(text, rest.toHours(), "h");
        append(text, rest.toMinutesPart(), "m");
        append(text, rest.toSecondsPart(), "s");
        append(text, rest.toMillisPart(), "ms");
        return text.isEmpty() || text.toString().equals("-") ? "0s" : text.toString();
    }

    private static void append(StringBuilder text, long value, String unit) {
        if (value != 0) {
            text.append(value).append(unit);
        }
    }
}
