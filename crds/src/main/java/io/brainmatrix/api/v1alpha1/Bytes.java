package io.brainmatrix.api.v1alpha1;

import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Byte counts as Kubernetes writes them. */
public final class Bytes {
    private static final String[] UNITS = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
    private static final BigDecimal STEP = BigDecimal.valueOf(1024);
    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

    private Bytes() {}

    /**
     * A quantity in bytes, fractions rounded up as the API server does.
     *
     * @throws IllegalArgumentException when it is no quantity or exceeds 2^63-1
     */
    public static long of(Quantity quantity) {
        try {
            BigDecimal bytes = Quantity.getAmountInBytes(quantity);
            return bytes.setScale(0, RoundingMode.CEILING).longValueExact();
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("`" + quantity + "` is too large", e);
        }
    }

    /**
     * For people: the largest binary unit that leaves at least 1, at most one decimal; negative
     * values keep their sign.
     */
    public static String text(long bytes) {
        BigDecimal value = BigDecimal.valueOf(bytes).abs();
        int unit = 0;
        // The rounded number decides, so that 1023.9Mi is 1Gi and never 1024Mi.
        while (rounded(value).compareTo(STEP) >= 0 && unit < UNITS.length - 1) {
            value = value.divide(STEP, MathContext.DECIMAL64);
            unit++;
        }
        String number = rounded(value).stripTrailingZeros().toPlainString();
        return (bytes < 0 ? "-" : "") + number + UNITS[unit];
    }

    /** One decimal below 100, none from there on. */
    private static BigDecimal rounded(BigDecimal value) {
        return value.setScale(value.compareTo(HUNDRED) >= 0 ? 0 : 1, RoundingMode.HALF_UP);
    }
}
