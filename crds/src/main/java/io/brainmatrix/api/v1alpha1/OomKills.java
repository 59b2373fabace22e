package io.brainmatrix.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Processes that a node's kernel has killed for memory: at a container's limit, at the limit of all
 * pods, or because the node itself ran out. The kernel counts them together.
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record OomKills(
        @JsonPropertyDescription("Since boot, as the kernel counts (oom_kill of /proc/vmstat).")
                @Nullable Long total,
        @JsonPropertyDescription(
                        "When the agent saw that count grow, on the node's clock and within a second or so; newest first.")
                List<Instant> recent) {
    /** Times that are kept: more in a row are one and the same storm. */
    public static final int RECENT_MAX = 8;

    public OomKills {
        recent = recent == null ? List.of() : List.copyOf(recent);
    }
}
