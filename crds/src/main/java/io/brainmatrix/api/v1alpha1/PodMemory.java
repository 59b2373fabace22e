package io.brainmatrix.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What one inference pod reports of itself; bytes, but for what its mind does. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record PodMemory(
        @JsonPropertyDescription("UID of the pod.") String podUid,
        @JsonPropertyDescription(
                        "Its phase: Starting, Checking, Loading, Verifying, Serving, Draining or Ended.")
                @Nullable String phase,
        @JsonPropertyDescription("Memory in use that cannot be reclaimed.") @Nullable Long used,
        @JsonPropertyDescription("Predicted footprint.") @Nullable Long predicted,
        @JsonPropertyDescription("In use once it was serving.") @Nullable Long steady,
        @JsonPropertyDescription("The most it used.") @Nullable Long peak,
        @JsonPropertyDescription("Memory limit that it read back from its cgroup.")
                @Nullable Long limit,
        @JsonPropertyDescription("When its load began, on the node's clock.")
                @Nullable Instant loadStarted,
        @JsonPropertyDescription("When its load ended, on the node's clock.")
                @Nullable Instant loadEnded,
        @JsonPropertyDescription(
                        "Whether the node's memory has been settled for a whole window since its load ended, judged on the agent's monotonic clock; absent until then.")
                @Nullable Boolean loadSettled,
        @JsonPropertyDescription("What it has on the GPU; absent without a GPU budget.")
                @Nullable GpuShare gpu,
        @JsonPropertyDescription(
                        "Its swap; absent when its memory may not go there, as it should be.")
                @Nullable PodSwap swap,
        @JsonPropertyDescription("What tells its model's file from others.")
                @Nullable String modelFingerprint,
        @JsonPropertyDescription("What its mind does; absent for one without.")
                @Nullable MindStatus mind) {
    /** The same report with the agent's judgement of the time after its load. */
    public PodMemory judged(@Nullable Boolean settled) {
        return new PodMemory(
                podUid,
                phase,
                used,
                predicted,
                steady,
                peak,
                limit,
                loadStarted,
                loadEnded,
                settled,
                gpu,
                swap,
                modelFingerprint,
                mind);
    }
}
