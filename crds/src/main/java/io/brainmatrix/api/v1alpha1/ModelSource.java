package io.brainmatrix.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** Where a model's GGUF file is: exactly one of `hostPath` and `persistentVolumeClaim`. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ModelSource(
        @JsonPropertyDescription(
                        "Absolute path of a GGUF file on the node, below a directory that the operator allows (chart value models.directories).")
                @Nullable String hostPath,
        @JsonPropertyDescription("A GGUF file on a claim of the matrix's namespace.")
                @Nullable ClaimedModel persistentVolumeClaim,
        @JsonPropertyDescription(
                        "SHA-256 of the file, 64 lower-case hexadecimal digits; checked before each load.")
                @Nullable String sha256) {}
