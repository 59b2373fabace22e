package io.brainmatrix.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.kubernetes.api.model.IntOrString;
import org.jspecify.annotations.Nullable;

/** How llama.cpp is run. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record EngineSpec(
        @JsonPropertyDescription("Tokens of context, over all parallel requests.")
                @Default("2048")
                @Min(64)
                @Max(1048576)
                @Nullable Integer contextLength,
        @JsonPropertyDescription("Threads; the smaller of 4 and the node's cores when absent.")
                @Min(1)
                @Max(256)
                @Nullable Integer threads,
        @JsonPropertyDescription(
                        "Requests answered at the same time; they share the context evenly. More than one take a larger cache than the context, by about a tenth and never below 2208 tokens.")
                @Default("1")
                @Min(1)
                @Max(16)
                @Nullable Integer parallel,
        @JsonPropertyDescription(
                        "Largest number of prompt tokens evaluated at once; with several parallel requests at most 128.")
                @Default("512")
                @Min(32)
                @Max(4096)
                @Nullable Integer batchSize,
        @JsonPropertyDescription("Type of the cache of keys.") @Default("f16")
                @Nullable CacheType cacheTypeK,
        @JsonPropertyDescription("Type of the cache of values; q8_0 needs flashAttention.")
                @Default("f16")
                @Nullable CacheType cacheTypeV,
        @JsonPropertyDescription(
                        "Attention that never writes its scores down: long contexts need less memory, prompts take longer on a CPU.")
                @Default("false")
                @Nullable Boolean flashAttention,
        @JsonPropertyDescription(
                        "Layers on the GPU: `auto` puts there as many as `budget.gpu` holds, which is also what happens when absent; a number that does not fit it is refused.")
                @Nullable IntOrString gpuLayers,
        @JsonPropertyDescription(
                        "How long an engine that has work may give no token before its pod ends as hung, half a second more for each token of the prompts under way; 2m when absent.")
                @Nullable String silenceTimeout) {}
