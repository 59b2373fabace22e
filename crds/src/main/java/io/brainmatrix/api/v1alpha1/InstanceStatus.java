package io.brainmatrix.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is so of one instance.
 *
 * @param phase for display, computed anew at each pass and never read back
 * @param lives lives begun so far; only grows, and stays when the instance is removed
 * @param specHash hash of the desired pod of the latest life; another one is an edit
 * @param startedOnce whether any life was Ready once: orders the first start of its watchers
 * @param retries consecutive ends that were no deaths (configuration, image, refusal): they grow
 *     the delay, never the deaths
 * @param nextAttempt not before this time is it queued again
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record InstanceStatus(
        @JsonPropertyDescription("Name of the instance.") String name,
        @JsonPropertyDescription("Where it is in its life, for display.") @Nullable Phase phase,
        @JsonPropertyDescription("Node it is placed on.") @Nullable String node,
        @JsonPropertyDescription("Pod of the present life.") @Nullable String pod,
        @JsonPropertyDescription("Lives begun so far; never shrinks.") @Nullable Long lives,
        @JsonPropertyDescription("Hash of the desired pod of the latest life.")
                @Nullable String specHash,
        @JsonPropertyDescription("Whether any life was ready once.") @Nullable Boolean startedOnce,
        @JsonPropertyDescription("Admitted and Ready of the instance.") List<Condition> conditions,
        @JsonPropertyDescription("Why it is not ready, one word.") @Nullable Reason reason,
        @JsonPropertyDescription("Why it is not ready, with numbers.") @Nullable String message,
        @JsonPropertyDescription("Place in its node's queue, 1 is the head.")
                @Nullable Integer queuePosition,
        @JsonPropertyDescription("Its deaths.") @Nullable Crashes crashes,
        @JsonPropertyDescription(
                        "Consecutive ends that were no deaths, such as a model that is missing.")
                @Nullable Integer retries,
        @JsonPropertyDescription("When it may be let in again.") @Nullable Instant nextAttempt,
        @JsonPropertyDescription(
                        "Nodes where its latest tries found no model: other nodes with room go before them until it has been ready or its spec changes.")
                List<String> modelMissingOn,
        @JsonPropertyDescription("Its memory in bytes.") @Nullable InstanceMemory memory,
        @JsonPropertyDescription("What it has on the GPU.") @Nullable GpuShare gpu,
        @JsonPropertyDescription(
                        "What tells the model's file of its latest life from others: a digest of the length, the header and samples.")
                @Nullable String modelFingerprint,
        @JsonPropertyDescription(
                        "What its mind does; absent without one, and while it is not alive.")
                @Nullable MindStatus mind) {
    public InstanceStatus {
        conditions = conditions == null ? List.of() : List.copyOf(conditions);
        modelMissingOn = modelMissingOn == null ? List.of() : List.copyOf(modelMissingOn);
    }

    /** The same with another account of its memory and of its mind. */
    public InstanceStatus measured(@Nullable InstanceMemory other, @Nullable MindStatus thinks) {
        return new InstanceStatus(
                name,
                phase,
                node,
                pod,
                lives,
                specHash,
                startedOnce,
                conditions,
                reason,
                message,
                queuePosition,
                crashes,
                retries,
                nextAttempt,
                modelMissingOn,
                other,
                gpu,
                modelFingerprint,
                thinks);
    }
}
