package io.brainmatrix.api.v1alpha1;

import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.util.Locale;

/** Byte counts as Kubernetes writes them. */
public final class Bytes {
    private static final String[] UNITS = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};

    private Bytes() {}

    /**
     * A quantity in bytes, fractions rounded up as the API server does.
     *
     * @throws IllegalArgumentException when it is no quantity or exceeds 2^63-1
     */
    public static long of(Quantity quantity) {
        try {
            BigDecimal bytes = Quantity.getAmountInBytes(quantity);
            return bytes.setScale(0, java.math.RoundingMode.CEILING).longValueExact();
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("`" + quantity + "` is too large", e);
        }
    }

    /**
     * For people: the largest binary unit that leaves at least 1, at most one decimal; negative
     * values keep their sign.
     */
    public static String text(long bytes) {
        double value = Math.abs((double) bytes);
        int unit = 0;
        while (value >= 1024 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        String number =
                value == Math.rint(value) || value >= 100
                        ? String.format(Locale.ROOT, "%.0f", value)
                        : String.format(Locale.ROOT, "%.1f", value);
        return (bytes < 0 ? "-" : "") + number + UNITS[unit];
    }
}
