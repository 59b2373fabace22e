package io.brainmatrix.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/**
 * Pressure stall information of memory, {@code /proc/pressure/memory}: hundredths of a percent of
 * the last 10 s.
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record MemoryPressure(
        @JsonPropertyDescription("Some tasks stalled, in hundredths of a percent of the last 10 s.")
                @Nullable Long someAvg10,
        @JsonPropertyDescription("All tasks stalled, in hundredths of a percent of the last 10 s.")
                @Nullable Long fullAvg10) {}
