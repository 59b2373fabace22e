package io.brainmatrix.agent;

import io.brainmatrix.api.v1alpha1.Bytes;
import io.fabric8.kubernetes.api.model.Quantity;
import org.jspecify.annotations.Nullable;

/** What is kept free on a node for its system. */
final class Reserve {
    /** A node's own value, before the chart's. */
    static final String ANNOTATION = "brainmatrix.io/reserve";

    private static final long LEAST = 512L << 20;
    private static final int SHARE = 20;

    private Reserve() {}

    /**
     * The node's annotation, else the chart's value, else the larger of 512Mi and 5 %, in bytes.
     *
     * @throws IllegalArgumentException when one that is set is no quantity
     */
    static long of(@Nullable String annotation, @Nullable String chart, long capacity) {
        String set = annotation != null && !annotation.isBlank() ? annotation : chart;
        return set != null && !set.isBlank()
                ? Bytes.of(new Quantity(set.strip()))
                : Math.max(LEAST, capacity / SHARE);
    }
}
