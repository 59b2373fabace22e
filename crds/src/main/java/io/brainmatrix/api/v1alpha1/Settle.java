package io.brainmatrix.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.kubernetes.api.model.Quantity;
import org.jspecify.annotations.Nullable;

/** When a node's memory counts as settled: its slope stayed below the bound for a whole window. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Settle(
        @JsonPropertyDescription("Time over which the slope is judged.") @Default("1s")
                @Nullable String window,
        @JsonPropertyDescription(
                        "Largest change of available memory per second, in either direction.")
                @Default("16Mi")
                @Nullable Quantity maxSlopePerSecond) {}
