package io.brainmatrix.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One snapshot of a node's memory; bytes, and what the kernel does not tell is absent. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record NodeMemoryStatus(
        @JsonPropertyDescription(
                        "When it was taken, on the node's own clock; grows with each write.")
                @Nullable Instant heartbeat,
        @JsonPropertyDescription("Boot id of the node's kernel.") @Nullable String bootId,
        @JsonPropertyDescription("MemTotal.") @Nullable Long capacity,
        @JsonPropertyDescription("MemAvailable.") @Nullable Long available,
        @JsonPropertyDescription(
                        "Kept free for the system: the chart's value, or the node's annotation brainmatrix.io/reserve.")
                @Nullable Long reserve,
        @JsonPropertyDescription(
                        "Change of available memory per second over the window; negative while memory is being taken.")
                @Nullable Long slopePerSecond,
        @JsonPropertyDescription("Window that the slope was judged over, as asked for in the spec.")
                @Nullable String settleWindow,
        @JsonPropertyDescription(
                        "Since when memory has been settled, on the node's clock; absent while it is not.")
                @Nullable Instant settledSince,
        @JsonPropertyDescription("Pressure stall information; absent where the kernel has none.")
                @Nullable MemoryPressure pressure,
        @JsonPropertyDescription("Swap; absent where there is none.") @Nullable SwapUse swap,
        @JsonPropertyDescription("Whether CPU and GPU share one pool.") @Nullable Boolean unified,
        @JsonPropertyDescription("Memory of the GPU; absent where nobody tells it.")
                @Nullable GpuMemory gpu,
        @JsonPropertyDescription("Heat; absent where the kernel has no thermal zones.")
                @Nullable Temperature temperature,
        @JsonPropertyDescription(
                        "Processes that the kernel killed for memory; absent where it does not count them (before 4.13).")
                @Nullable OomKills oomKills,
        @JsonPropertyDescription("What the node's inference pods report, in the same snapshot.")
                List<PodMemory> instances) {
    public NodeMemoryStatus {
        instances = instances == null ? List.of() : List.copyOf(instances);
    }

    /** The same snapshot with another reserve, in bytes. */
    public NodeMemoryStatus reserved(long bytes) {
        return new NodeMemoryStatus(
                heartbeat,
                bootId,
                capacity,
                available,
                bytes,
                slopePerSecond,
                settleWindow,
                settledSince,
                pressure,
                swap,
                unified,
                gpu,
                temperature,
                oomKills,
                instances);
    }
}
