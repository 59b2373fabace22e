package io.brainmatrix.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** Swap of a node; zram apart, as Jetson has it on by default. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record SwapUse(
        @JsonPropertyDescription("Bytes in swap on disks.") @Nullable Long disk,
        @JsonPropertyDescription("Bytes in swap on zram, before compression.") @Nullable Long zram,
        @JsonPropertyDescription("Bytes swapped in per second since the previous sample.")
                @Nullable Long inPerSecond,
        @JsonPropertyDescription("Bytes swapped out per second since the previous sample.")
                @Nullable Long outPerSecond) {}
