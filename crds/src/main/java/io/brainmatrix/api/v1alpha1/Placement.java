package io.brainmatrix.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Toleration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where the instances may run. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Placement(
        @JsonPropertyDescription("Labels that a node must carry.")
                @Nullable Map<String, String> nodeSelector,
        @JsonPropertyDescription("RuntimeClass of the pods, such as nvidia.")
                @Nullable String runtimeClassName,
        @JsonPropertyDescription("Taints that the pods tolerate.")
                @Nullable List<Toleration> tolerations) {}
