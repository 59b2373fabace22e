package io.brainmatrix.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The deaths of one instance.
 *
 * @param total all deaths ever; never shrinks
 * @param consecutive deaths since the last life that lasted {@code recovery.resetAfter}
 * @param shed lives ended for the node's sake: counted apart, they use no try
 * @param recent the latest, newest first, at most {@link #RECENT_MAX}
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Crashes(
        @JsonPropertyDescription("All deaths ever.") @Nullable Long total,
        @JsonPropertyDescription("Deaths since the last long life.") @Nullable Integer consecutive,
        @JsonPropertyDescription("Lives ended for the node's sake.") @Nullable Long shed,
        @JsonPropertyDescription("Ends already written down, newest first.") List<Crash> recent) {
    /**
     * Kept so that a matrix of 16 instances stays far below etcd's limit of 1.5 MiB for one object.
     */
    public static final int RECENT_MAX = 10;

    public Crashes {
        recent = recent == null ? List.of() : List.copyOf(recent);
    }

    /** No deaths. */
    public static Crashes none() {
        return new Crashes(0L, 0, 0L, List.of());
    }
}
