package io.brainmatrix.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Who a mind is: exactly one of `text` and `configMap`. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Persona(
        @JsonPropertyDescription("Its text.") @Nullable String text,
        @JsonPropertyDescription(
                        "A text in a ConfigMap of the matrix's namespace; a life keeps what it began with.")
                @Nullable ConfigMapText configMap,
        @JsonPropertyDescription(
                        "What ${NAME} in the text stands for; ${instance}, ${matrix} and ${life} are known besides. A name that is not declared is an error.")
                @Nullable Map<String, String> variables) {}
