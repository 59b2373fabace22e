package io.brainmatrix.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Quantity;
import org.jspecify.annotations.Nullable;

/** What the operator asks of the node's agent: the strictest of those that wait. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record NodeMemorySpec(
        @JsonPropertyDescription("Time over which the slope is judged.")
                @Nullable String settleWindow,
        @JsonPropertyDescription("Largest change of available memory per second.")
                @Nullable Quantity maxSlopePerSecond,
        @JsonPropertyDescription("Whether somebody loads or waits: sample fast, beat every 10 s.")
                @Nullable Boolean fast) {}
