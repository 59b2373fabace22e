package io.brainmatrix.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** Memory of one instance, in bytes; what nobody measured is absent. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record InstanceMemory(
        @JsonPropertyDescription("The budget.") @Nullable Long declared,
        @JsonPropertyDescription("What arithmetic says before the load.") @Nullable Long predicted,
        @JsonPropertyDescription("What it used once it was ready.") @Nullable Long steady,
        @JsonPropertyDescription("The most it used.") @Nullable Long peak) {}
