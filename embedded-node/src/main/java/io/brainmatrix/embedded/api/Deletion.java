package io.brainmatrix.embedded.api;

import org.jspecify.annotations.Nullable;

/**
 * How an object is to be deleted.
 *
 * @param graceSeconds for a pod's processes; absent: as the pod says
 * @param uid that it must have
 * @param resourceVersion that it must have
 */
public record Deletion(
        @Nullable Long graceSeconds, @Nullable String uid, @Nullable String resourceVersion) {
    /** Whatever is there, as it says itself. */
    public static final Deletion PLAIN = new Deletion(null, null, null);

    /** At once: its processes have ended. */
    public static final Deletion NOW = new Deletion(0L, null, null);
}
