package io.brainmatrix.operator.matrix;

import io.brainmatrix.api.v1alpha1.BrainMatrixStatus;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How much two statuses differ: a changed fact is written at once, changed numbers now and then.
 */
public enum StatusChange {
    /** Nothing to write. */
    NONE,
    /** Only quantities in messages and measured bytes. */
    NUMBERS,
    /** Anything else. */
    FACTS;

    private static final Pattern QUANTITY = Pattern.compile("-?\\d+(\\.\\d+)?(Ki|Mi|Gi|Ti)");
    private static final Pattern MEASURED = Pattern.compile("\"(predicted|steady|peak)\" ?: ?\\d+");

    /** Compares the JSON forms. */
    public static StatusChange between(@Nullable BrainMatrixStatus old, BrainMatrixStatus now) {
        if (now.equals(old)) {
            return NONE;
        }
        String before = old == null ? "" : Serialization.asJson(old);
        String after = Serialization.asJson(now);
        if (before.equals(after)) {
            return NONE;
        }
        return withoutNumbers(before).equals(withoutNumbers(after)) ? NUMBERS : FACTS;
    }

    private static String withoutNumbers(String json) {
        return QUANTITY.matcher(MEASURED.matcher(json).replaceAll("\"$1\":#")).replaceAll("#");
    }
}
