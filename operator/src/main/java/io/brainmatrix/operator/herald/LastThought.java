package io.brainmatrix.operator.herald;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.Crashes;
import io.brainmatrix.api.v1alpha1.InstanceStatus;
import io.brainmatrix.operator.workload.WorkloadNames;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a pod that has ended was just thinking, as its termination message tells ({@code
 * contracts/termination-message-thinking.json}). Pure.
 *
 * @param pod its name
 * @param podUid its UID
 * @param number of the thought in its life, from 1
 * @param seed that it was drawn with
 * @param text its beginning, as the model wrote it
 * @param at when the container ended, by its node's clock
 */
record LastThought(
        String namespace,
        String matrixUid,
        String instance,
        long life,
        String pod,
        String podUid,
        long number,
        long seed,
        String text,
        Instant at) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Empty for a pod that goes on, was thinking nothing, or is nobody's life. */
    static Optional<LastThought> of(Pod pod) {
        return Optional.ofNullable(pod.getStatus())
                .flatMap(status -> Optional.ofNullable(status.getContainerStatuses()))
                .flatMap(
                        all ->
                                all.stream()
                                        .filter(c -> WorkloadNames.CONTAINER.equals(c.getName()))
                                        .findFirst())
                .flatMap(container -> Optional.ofNullable(container.getState()))
                .flatMap(state -> Optional.ofNullable(state.getTerminated()))
                .flatMap(terminated -> of(pod, terminated));
    }

    private static Optional<LastThought> of(Pod pod, ContainerStateTerminated terminated) {
        String matrixUid = get(pod.getMetadata().getAnnotations(), WorkloadNames.MATRIX_UID);
        String instance = get(pod.getMetadata().getLabels(), WorkloadNames.INSTANCE);
        String life = get(pod.getMetadata().getLabels(), WorkloadNames.LIFE);
        JsonNode thought = thought(terminated.getMessage());
        String finished = terminated.getFinishedAt();
        if (matrixUid == null || instance == null || life == null || finished == null) {
            return Optional.empty();
        }
        try {
            LastThought last =
                    new LastThought(
                            pod.getMetadata().getNamespace(),
                            matrixUid,
                            instance,
                            Long.parseLong(life),
                            pod.getMetadata().getName(),
                            pod.getMetadata().getUid(),
                            thought.path("number").asLong(),
                            thought.path("seed").asLong(),
                            thought.path("text").asText(),
                            OffsetDateTime.parse(finished).toInstant());
            return last.life > 0 && last.number > 0 && !last.text.isEmpty()
                    ? Optional.of(last)
                    : Optional.empty();
        } catch (NumberFormatException | DateTimeException e) {
            return Optional.empty(); // somebody else's labels
        }
    }

    private static @Nullable String get(@Nullable Map<String, String> map, String name) {
        return map == null ? null : map.get(name);
    }

    private static JsonNode thought(@Nullable String message) {
        try {
            return JSON.readTree(Objects.requireNonNullElse(message, "")).path("thought");
        } catch (JsonProcessingException e) {
            return JsonNodeFactory.instance.missingNode(); // cut, or another container's
        }
    }

    /**
     * Whether the matrix's status tells that this pod is, or was, the instance's. Labels and
     * annotations prove nothing: whoever may make pods writes them.
     */
    boolean isOf(BrainMatrix matrix) {
        return matrixUid.equals(matrix.getMetadata().getUid())
                && namespace.equals(matrix.getMetadata().getNamespace())
                && matrix.getStatus() != null
                && matrix.getStatus().instances().stream()
                        .filter(i -> instance.equals(i.name()))
                        .anyMatch(this::isOf);
    }

    private boolean isOf(InstanceStatus status) {
        Crashes crashes = status.crashes();
        return pod.equals(status.pod())
                || (crashes != null
                        && crashes.recent().stream().anyMatch(c -> podUid.equals(c.podUid())));
    }

    /** As the chronicle takes it; the same whenever it is made anew of the same pod. */
    Tiding tiding(BrainMatrix matrix) {
        ObjectNode entry =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("namespace", namespace)
                        .put("matrix", matrix.getMetadata().getName())
                        .put("matrixUid", matrixUid)
                        .put("instance", instance)
                        .put("life", life)
                        .put("kind", "PartialThought")
                        .put("number", number)
                        .put("at", at.toString())
                        .put("text", text);
        entry.putObject("details").put("seed", seed).put("finishReason", "recovered");
        return new Tiding(
                "%s/%d/PartialThought/%d".formatted(instance, life, number), entry.toString());
    }
}
