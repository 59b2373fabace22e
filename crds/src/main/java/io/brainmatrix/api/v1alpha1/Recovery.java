package io.brainmatrix.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How an instance comes back after its death. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Recovery(
        @JsonPropertyDescription(
                        "Wait after the first, second, … consecutive death; a death beyond the end suspends the instance.")
                @Default("[\"3s\",\"5s\",\"10s\"]")
                @Nullable List<String> backoff,
        @JsonPropertyDescription(
                        "A life as long as this resets the count of consecutive deaths, never the total.")
                @Default("10m")
                @Nullable String resetAfter) {}
