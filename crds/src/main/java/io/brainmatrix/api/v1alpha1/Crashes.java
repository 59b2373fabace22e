package io.brainmatrix.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The deaths of one instance.
 *
 * @param total all deaths ever; never shrinks
 * @param consecutive deaths since the last life that lasted {@code recovery.resetAfter}
 * @param shed lives ended for the node's sake: counted apart, they use no try
 * @param byClass deaths and sheds ever, by class; never shrinks
 * @param recent the latest, newest first, at most {@link #RECENT_MAX}
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Crashes(
        @JsonPropertyDescription("All deaths ever.") @Nullable Long total,
        @JsonPropertyDescription("Deaths since the last long life.") @Nullable Integer consecutive,
        @JsonPropertyDescription("Lives ended for the node's sake.") @Nullable Long shed,
        @JsonPropertyDescription("Deaths and lives ended for the node's sake, ever, by class.")
                Map<String, Long> byClass,
        @JsonPropertyDescription("Ends already written down, newest first.") List<Crash> recent) {
    /**
     * Kept so that a matrix of 16 instances stays far below etcd's limit of 1.5 MiB for one object.
     */
    public static final int RECENT_MAX = 10;

    public Crashes {
        byClass =
                byClass == null
                        ? Map.of()
                        : Collections.unmodifiableSortedMap(new TreeMap<>(byClass));
        recent = recent == null ? List.of() : List.copyOf(recent);
    }

    /** Whether the end of a pod is written down, as far back as {@link #recent} goes. */
    public boolean has(String podUid) {
        return recent.stream().anyMatch(c -> c.podUid().equals(podUid));
    }

    /** The same with the count of deaths in a row at 0, as after a change of the spec. */
    public Crashes withAllTries() {
        return new Crashes(total, 0, shed, byClass, recent);
    }

    /** No deaths. */
    public static Crashes none() {
        return new Crashes(0L, 0, 0L, Map.of(), List.of());
    }
}
