package io.brainmatrix.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** The node's thermal zone that is nearest to its limit; thousandths of a degree Celsius. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Temperature(
        @JsonPropertyDescription("Type of the zone, as the kernel has it.") @Nullable String zone,
        @JsonPropertyDescription("Its temperature, in thousandths of a degree Celsius.")
                @Nullable Long milliCelsius,
        @JsonPropertyDescription(
                        "From this on nobody is let in, in thousandths of a degree Celsius: 75 degrees on a Tegra, elsewhere 5 below where the kernel begins to slow down for this zone.")
                @Nullable Long stopMilliCelsius) {
    /** Whether it is too hot to let anybody in. */
    public boolean tooHot() {
        return milliCelsius != null && stopMilliCelsius != null && milliCelsius >= stopMilliCelsius;
    }
}
