package io.brainmatrix.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** Swap of a pod that may use it. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record PodSwap(
        @JsonPropertyDescription("Bytes of it in swap.") @Nullable Long used,
        @JsonPropertyDescription("Bytes that came back from swap in the last second.")
                @Nullable Long inPerSecond) {}
