package io.brainmatrix.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One observed truth, as in {@code metav1.Condition}.
 *
 * @param lastTransitionTime moves only when {@code status} flips, whole seconds
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Condition(
        @JsonPropertyDescription("What is judged.") @Required String type,
        @JsonPropertyDescription("True, False or Unknown.") @Required ConditionStatus status,
        @JsonPropertyDescription("Why, one word.") @Required String reason,
        @JsonPropertyDescription("Why, with numbers.") @Required String message,
        @JsonPropertyDescription("When the status last flipped.") @Required
                Instant lastTransitionTime,
        @JsonPropertyDescription("Generation of the spec it was judged for.")
                @Nullable Long observedGeneration) {}
