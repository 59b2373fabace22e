package io.brainmatrix.chronicle.access;

import org.jspecify.annotations.Nullable;

/** Whose entries are asked for; what is null is not narrowed. */
public record Asked(
        @Nullable String namespace, @Nullable String matrix, @Nullable String instance) {
    /** Everybody's. */
    public static final Asked ALL = new Asked(null, null, null);
}
