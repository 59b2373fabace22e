package io.brainmatrix.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.kubernetes.api.model.Quantity;
import org.jspecify.annotations.Nullable;

/** What an instance may use. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Budget(
        @JsonPropertyDescription(
                        "Memory, at least 64Mi: the container's memory limit, and what the ledger charges.")
                @Required
                Quantity ram,
        @JsonPropertyDescription("CPU limit of the container; none when absent.")
                @Nullable Quantity cpu,
        @JsonPropertyDescription(
                        "Memory on the GPU, at least 64Mi: kept by the layers that are put there, and charged by the ledger, to the node's memory where CPU and GPU share one pool. The CPU runs all when absent.")
                @Nullable Quantity gpu) {}
