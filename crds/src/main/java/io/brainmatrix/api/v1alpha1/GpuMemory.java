package io.brainmatrix.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** Memory of the node's GPUs; bytes, and what the driver does not tell is absent. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record GpuMemory(
        @JsonPropertyDescription(
                        "Where it was read: nvml (the driver's management library, all devices together) or meminfo (NvMapMemUsed of a Tegra's kernel), or nvmap (the Tegra's driver, where its debugfs can be read).")
                @Nullable String source,
        @JsonPropertyDescription("Total; absent where CPU and GPU share one pool.")
                @Nullable Long total,
        @JsonPropertyDescription("In use by anybody.") @Nullable Long used) {}
