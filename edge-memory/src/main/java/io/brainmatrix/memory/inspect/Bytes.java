package io.brainmatrix.memory.inspect;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Amounts of memory as Kubernetes writes them. */
final class Bytes {
    private static final Pattern AMOUNT = Pattern.compile("(\\d+(?:\\.\\d+)?)([kKMGT]i?|)");

    private static final Map<String, Long> UNITS =
            Map.of(
                    "", 1L,
                    "k", 1_000L,
                    "M", 1_000_000L,
                    "G", 1_000_000_000L,
                    "T", 1_000_000_000_000L,
                    "Ki", 1L << 10,
                    "Mi", 1L << 20,
                    "Gi", 1L << 30,
                    "Ti", 1L << 40);

    private Bytes() {}

    /**
     * Reads an amount such as {@code 8Gi}, {@code 512Mi} or {@code 1.5G}.
     *
     * @throws IllegalArgumentException when it is something else
     */
    static long parse(String name, String text) {
        Matcher matcher = AMOUNT.matcher(text);
        Long unit = matcher.matches() ? UNITS.get(matcher.group(2)) : null;
        if (unit == null) {
            throw new IllegalArgumentException(
                    "%s=%s is no amount of memory; write it as 8Gi or 512Mi".formatted(name, text));
        }
        return new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(unit)).longValue();
    }

    /** In MiB below 10 GiB, else in GiB. */
    static String text(long bytes) {
        return Math.abs(bytes) < 10L << 30
                ? "%d Mi".formatted(Math.round(bytes / (double) (1L << 20)))
                : String.format(Locale.ROOT, "%.1f Gi", bytes / (double) (1L << 30));
    }
}
