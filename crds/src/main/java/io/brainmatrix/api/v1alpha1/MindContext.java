package io.brainmatrix.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import org.jspecify.annotations.Nullable;

/**
 * Percent of the prompt's tokens, those of the context that the thought leaves, that each part may
 * have.
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record MindContext(
        @JsonPropertyDescription("Of its persona; one that is longer is an error.")
                @Default("30")
                @Min(0)
                @Max(100)
                @Nullable Integer persona,
        @JsonPropertyDescription("Of what it is told of its deaths; 0 hides them.")
                @Default("5")
                @Min(0)
                @Max(100)
                @Nullable Integer deaths,
        @JsonPropertyDescription("Of what it is told of its memory when that is nearly full.")
                @Default("5")
                @Min(0)
                @Max(100)
                @Nullable Integer memory,
        @JsonPropertyDescription(
                        "Of the thoughts and deaths of those it watches; 0 tells of nobody.")
                @Default("30")
                @Min(0)
                @Max(100)
                @Nullable Integer watched,
        @JsonPropertyDescription("Of its own latest thoughts, those of earlier lives among them.")
                @Default("30")
                @Min(0)
                @Max(100)
                @Nullable Integer thoughts) {}
