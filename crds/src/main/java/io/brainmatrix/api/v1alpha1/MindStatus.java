package io.brainmatrix.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** What a mind does, as its pod tells; absent for an instance without one. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record MindStatus(
        @JsonPropertyDescription("Whole thoughts in the last minute.")
                @Nullable Integer thoughtsPerMinute,
        @JsonPropertyDescription(
                        "Deaths of those it watches that its thoughts of this life were told of.")
                @Nullable Long deathsSeen) {}
