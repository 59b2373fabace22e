package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.Bytes;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The arithmetic in messages, added up again: an amount is rounded to a tenth of its unit. */
final class Sums {
    private static final String AMOUNT = "(-?[0-9.]+(?:[KMGT]i)?)";

    private static final Pattern NEEDS =
            Pattern.compile(
                    "needs %1$s \\(budget %1$s \\+ ([0-9]+) %% headroom\\)".formatted(AMOUNT));

    /** What an instance says that no node could hold. */
    private static final Pattern MOST =
            Pattern.compile(
                    "needs %1$s, it can give at most %1$s even when empty".formatted(AMOUNT));

    private static final Pattern BY_PROMISES =
            Pattern.compile(
                    "%1$s free = %1$s allocatable - %1$s reserve - %1$s other pods - %1$s unaccounted - %1$s promised"
                            .formatted(AMOUNT));

    private static final Pattern BY_MEASUREMENT =
            Pattern.compile(
                    "%1$s free = %1$s available - %1$s promised and not used yet - %1$s reserve"
                            .formatted(AMOUNT));

    private static final long ROUNDING = 300L << 20;
    private static final long TENTH_OF_TI = (1L << 40) / 10;

    private Sums() {}

    /** What it needs is its budget and headroom, and more than the free that it adds up to. */
    static void waitsForMemory(String text) {
        Matcher needs = found(NEEDS, text);
        long budget = bytes(needs.group(2));
        long needed = budget + budget / 100 * Long.parseLong(needs.group(3));
        assertThat(bytes(needs.group(1)))
                .as(text)
                .isBetween(needed - ROUNDING, needed + ROUNDING)
                .isGreaterThanOrEqualTo(free(text));
    }

    /** The free memory of a message, once it has been added up. */
    private static long free(String text) {
        Matcher found = BY_MEASUREMENT.matcher(text);
        if (!found.find()) {
            found = found(BY_PROMISES, text);
        }
        long rest = bytes(found.group(2));
        for (int term = 3; term <= found.groupCount(); term++) {
            rest -= bytes(found.group(term));
        }
        long free = bytes(found.group(1));
        assertThat(free).as(text).isBetween(rest - ROUNDING, rest + ROUNDING);
        return free;
    }

    /** What one says that needs so many bytes, more than any node has: how many those have. */
    static long most(String text, long needed) {
        Matcher sizes = found(MOST, text);
        assertThat(bytes(sizes.group(1))).isBetween(needed - TENTH_OF_TI, needed + TENTH_OF_TI);
        return bytes(sizes.group(2));
    }

    private static Matcher found(Pattern pattern, String text) {
        Matcher found = pattern.matcher(text);
        assertThat(found.find()).as(text).isTrue();
        return found;
    }

    private static long bytes(String amount) {
        return amount.startsWith("-")
                ? -bytes(amount.substring(1))
                : Bytes.of(new Quantity(amount));
    }
}
