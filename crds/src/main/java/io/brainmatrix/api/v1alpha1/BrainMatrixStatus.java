package io.brainmatrix.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is so, written by the matrix reconciler alone. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record BrainMatrixStatus(
        @JsonPropertyDescription("Generation of the spec that this status answers.")
                @Nullable Long observedGeneration,
        @JsonPropertyDescription("Ready instances of all, such as 2/3.") @Nullable String ready,
        @JsonPropertyDescription(
                        "Why the first instance that is not ready is not, one word; Ready when all are.")
                @Nullable Reason reason,
        @JsonPropertyDescription(
                        "All deaths of its instances ever, also of those removed from the spec; never shrinks.")
                @Nullable Long deaths,
        @JsonPropertyDescription(
                        "Whole thoughts of its minds in the last minute, together; a minute old at most. Absent when none is alive.")
                @Nullable Integer thoughtsPerMinute,
        @JsonPropertyDescription(
                        "Nodes that its instances are placed on, in order, separated by commas.")
                @Nullable String nodes,
        @JsonPropertyDescription("BudgetFits, Admitted, Ready and Degraded of the matrix.")
                List<Condition> conditions,
        @JsonPropertyDescription(
                        "The instances, also those removed from the spec while they end; lives never shrink.")
                List<InstanceStatus> instances) {
    public BrainMatrixStatus {
        conditions = conditions == null ? List.of() : List.copyOf(conditions);
        instances = instances == null ? List.of() : List.copyOf(instances);
    }

    /** The status of a matrix that nobody has looked at yet. */
    public static BrainMatrixStatus empty() {
        return new BrainMatrixStatus(null, null, null, null, null, null, List.of(), List.of());
    }
}
