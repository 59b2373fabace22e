package io.brainmatrix.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** What one instance has on the GPU; absent for one without a GPU budget. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record GpuShare(
        @JsonPropertyDescription("The budget, in bytes.") @Nullable Long declared,
        @JsonPropertyDescription("What arithmetic says of the layers that were chosen, in bytes.")
                @Nullable Long predicted,
        @JsonPropertyDescription(
                        "Layers that the engine says it put on the GPU; absent until it has loaded.")
                @Nullable Integer layersOnGpu,
        @JsonPropertyDescription("Layers that could be there, the output layer counted as one.")
                @Nullable Integer layers) {}
