package io.brainmatrix.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;

/** A GGUF file on a persistent volume claim. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ClaimedModel(
        @JsonPropertyDescription("Name of the claim, in the matrix's namespace.") @Required
                String claimName,
        @JsonPropertyDescription("Path of the file inside the volume, relative, without '..'.")
                @Required
                String path) {}
