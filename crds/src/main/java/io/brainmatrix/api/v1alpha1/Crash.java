package io.brainmatrix.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One end of a life that was not asked for. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Crash(
        @JsonPropertyDescription("UID of the pod: a death is counted once by it.") String podUid,
        @JsonPropertyDescription("Which life it was.") @Nullable Long life,
        @JsonPropertyDescription("What ended it.") @Nullable EndClass endClass,
        @JsonPropertyDescription("Exit code of the container.") @Nullable Integer exitCode,
        @JsonPropertyDescription("When it ended.") @Nullable Instant when,
        @JsonPropertyDescription("What the pod was doing.") @Nullable String phase,
        @JsonPropertyDescription("Most memory it used, in bytes.") @Nullable Long peak,
        @JsonPropertyDescription("Its budget, in bytes.") @Nullable Long budget,
        @JsonPropertyDescription("The last thing it said.") @Nullable String message) {}
