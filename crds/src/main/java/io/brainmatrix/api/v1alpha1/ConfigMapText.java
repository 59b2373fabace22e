package io.brainmatrix.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;

/** A text in a ConfigMap. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ConfigMapText(
        @JsonPropertyDescription("Name of the ConfigMap, in the matrix's namespace.") @Required
                String name,
        @JsonPropertyDescription("Key of the text.") @Required String key) {}
