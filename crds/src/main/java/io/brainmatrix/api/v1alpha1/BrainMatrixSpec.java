package io.brainmatrix.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the user wants: the instances, their budgets, where they may run and how they come back. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record BrainMatrixSpec(
        @JsonPropertyDescription(
                        "Stops every instance and keeps it stopped until it is false again.")
                @Default("false")
                @Nullable Boolean suspend,
        @JsonPropertyDescription("Where the instances may run.") @Nullable Placement placement,
        @JsonPropertyDescription("The model of every instance that names none of its own.")
                @Nullable ModelSource model,
        @JsonPropertyDescription("How an instance is let in.") @Default("{}")
                @Nullable Admission admission,
        @JsonPropertyDescription("How an instance comes back after its death.") @Default("{}")
                @Nullable Recovery recovery,
        @JsonPropertyDescription("The instances, each one model in one pod.") @Required
                List<Instance> instances) {
    public BrainMatrixSpec {
        // Absent in an object that an API server has not validated, such as a hand-made one in a
        // test.
        instances = instances == null ? List.of() : List.copyOf(instances);
    }
}
