package io.brainmatrix.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import org.jspecify.annotations.Nullable;

/** How an instance is let in. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Admission(
        @JsonPropertyDescription(
                        "Room that must be free beyond the budget while an instance is let in, in percent of its budget.")
                @Default("20")
                @Min(0)
                @Max(100)
                @Nullable Integer headroomPercent,
        @JsonPropertyDescription(
                        "Longest time from a pod's creation to Ready; after it the pod is ended.")
                @Default("5m")
                @Nullable String loadTimeout,
        @JsonPropertyDescription("When the node's memory counts as settled.") @Default("{}")
                @Nullable Settle settle) {}
