package io.brainmatrix.operator.kube;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.Bytes;
import io.brainmatrix.api.v1alpha1.NodeMemoryStatus;
import io.brainmatrix.operator.admission.Holder;
import io.brainmatrix.operator.matrix.PodView;
import io.brainmatrix.operator.recovery.EarlyEnd;
import io.brainmatrix.operator.recovery.KernelKill;
import io.brainmatrix.operator.recovery.LastWords;
import io.brainmatrix.operator.recovery.PodEnd;
import io.brainmatrix.operator.workload.WorkloadNames;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.Quantity;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Predicate;

/** Reads pods as the cluster tells of them. */
final class PodReader {
    private static final ObjectMapper JSON = new ObjectMapper();

    private PodReader() {}

    /** The node that a pod runs on, or is pinned to. */
    static Optional<String> nodeOf(Pod pod) {
        String bound = pod.getSpec() == null ? null : pod.getSpec().getNodeName();
        return bound != null && !bound.isEmpty()
                ? Optional.of(bound)
                : annotation(pod, WorkloadNames.NODE);
    }

    /** Whether it is the pod that a lane's holder names. */
    static boolean is(Pod pod, Holder holder) {
        return holder.namespace().equals(pod.getMetadata().getNamespace())
                && holder.pod().equals(pod.getMetadata().getName())
                && matrixUidOf(pod).filter(holder.matrixUid()::equals).isPresent();
    }

    static Optional<String> matrixUidOf(Pod pod) {
        return annotation(pod, WorkloadNames.MATRIX_UID);
    }

    static Optional<String> annotation(Pod pod, String name) {
        Map<String, String> annotations = pod.getMetadata().getAnnotations();
        return annotations == null ? Optional.empty() : Optional.ofNullable(annotations.get(name));
    }

    static Optional<String> label(Pod pod, String name) {
        Map<String, String> labels = pod.getMetadata().getLabels();
        return labels == null ? Optional.empty() : Optional.ofNullable(labels.get(name));
    }

    static long life(Pod pod) {
        try {
            return label(pod, WorkloadNames.LIFE).map(Long::parseLong).orElse(0L);
        } catch (NumberFormatException e) {
            return 0; // somebody else's label: a life that never was
        }
    }

    static boolean ready(Pod pod) {
        return condition(pod, "Ready").filter(c -> "True".equals(c.getStatus())).isPresent();
    }

    /**
     * The startup probe asks for the first token: a container that is or was "started" was Ready.
     */
    static boolean everReady(Pod pod) {
        return ready(pod)
                || container(pod).filter(c -> Boolean.TRUE.equals(c.getStarted())).isPresent();
    }

    static boolean deleting(Pod pod) {
        return pod.getMetadata().getDeletionTimestamp() != null;
    }

    /** Whether its containers have stopped for good, or never will start: its memory is free. */
    static boolean ended(Pod pod, boolean nodeExists) {
        String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
        if ("Failed".equals(phase) || "Succeeded".equals(phase)) {
            return true;
        }
        boolean bound =
                pod.getSpec().getNodeName() != null && !pod.getSpec().getNodeName().isEmpty();
        return deleting(pod) && (!bound || !nodeExists);
    }

    static Optional<ContainerStatus> container(Pod pod) {
        return pod.getStatus() == null || pod.getStatus().getContainerStatuses() == null
                ? Optional.empty()
                : pod.getStatus().getContainerStatuses().stream()
                        .filter(c -> WorkloadNames.CONTAINER.equals(c.getName()))
                        .findFirst();
    }

    static Optional<PodCondition> condition(Pod pod, String type) {
        return pod.getStatus() == null || pod.getStatus().getConditions() == null
                ? Optional.empty()
                : pod.getStatus().getConditions().stream()
                        .filter(c -> type.equals(c.getType()))
                        .findFirst();
    }

    static long memoryLimit(Pod pod) {
        return pod.getSpec().getContainers().stream()
                .filter(c -> c.getResources() != null && c.getResources().getLimits() != null)
                .map(c -> c.getResources().getLimits().get("memory"))
                .filter(q -> q != null)
                .mapToLong(Bytes::of)
                .sum();
    }

    /** What one of ours may have on the GPU; 0 for one that uses none. */
    static long gpuBudget(Pod pod) {
        try {
            return annotation(pod, WorkloadNames.GPU_BUDGET).map(Long::parseLong).orElse(0L);
        } catch (NumberFormatException e) {
            return 0; // somebody else's annotation
        }
    }

    /**
     * What a foreign pod is charged: the larger of its containers' requests together and its
     * largest init container's, as the scheduler charges it.
     */
    static long memoryRequest(Pod pod) {
        long together = pod.getSpec().getContainers().stream().mapToLong(PodReader::request).sum();
        List<Container> init = pod.getSpec().getInitContainers();
        long sidecars =
                init == null
                        ? 0
                        : init.stream()
                                .filter(c -> "Always".equals(c.getRestartPolicy()))
                                .mapToLong(PodReader::request)
                                .sum();
        long largest =
                init == null ? 0 : init.stream().mapToLong(PodReader::request).max().orElse(0);
        Map<String, Quantity> overhead = pod.getSpec().getOverhead();
        Quantity extra = overhead == null ? null : overhead.get("memory");
        return Math.max(together + sidecars, largest) + (extra == null ? 0 : Bytes.of(extra));
    }

    private static long request(Container container) {
        Quantity memory =
                container.getResources() == null || container.getResources().getRequests() == null
                        ? null
                        : container.getResources().getRequests().get("memory");
        return memory == null ? 0 : Bytes.of(memory);
    }

    /** Whether a pod's end is written down in its matrix's status. */
    static boolean isCounted(String uid, BrainMatrix matrix) {
        return matrix.getStatus() != null
                && matrix.getStatus().instances().stream()
                        .anyMatch(i -> i.crashes() != null && i.crashes().has(uid));
    }

    /** Whether its container has ended, whatever its phase says yet. */
    static boolean containerEnded(Pod pod) {
        return terminated(pod).isPresent();
    }

    private static Optional<ContainerStateTerminated> terminated(Pod pod) {
        return container(pod).map(c -> c.getState() == null ? null : c.getState().getTerminated());
    }

    /**
     * A pod as the policies see it.
     *
     * @param memory the latest that the agent of its node wrote
     * @param counted whether its end is written down already
     * @param byItsKubelet whether its kubelet says by an Event that the container's end is its own
     *     doing; asked only where all else is known
     */
    static PodView view(
            Pod pod,
            Optional<Node> node,
            Optional<NodeMemoryStatus> memory,
            boolean counted,
            Predicate<Pod> byItsKubelet,
            Instant now) {
        Optional<PodEnd> end =
                ended(pod, node.isPresent())
                        ? Optional.of(end(pod, true, node, memory, now))
                        : earlyEnd(pod, node, memory, counted, byItsKubelet, now);
        return new PodView(
                pod.getMetadata().getName(),
                pod.getMetadata().getUid(),
                label(pod, WorkloadNames.INSTANCE).orElse(""),
                life(pod),
                annotation(pod, WorkloadNames.SPEC_HASH).orElse(""),
                nodeOf(pod),
                node.filter(NodeReader::ready).isPresent(),
                ready(pod),
                everReady(pod),
                deleting(pod),
                annotation(pod, WorkloadNames.STOPPING),
                end);
    }

    private static Optional<PodEnd> earlyEnd(
            Pod pod,
            Optional<Node> node,
            Optional<NodeMemoryStatus> memory,
            boolean counted,
            Predicate<Pod> byItsKubelet,
            Instant now) {
        if (!containerEnded(pod) || node.isEmpty()) {
            return Optional.empty();
        }
        PodEnd end = end(pod, false, node, memory, now);
        boolean known =
                counted
                        || (EarlyEnd.isSure(end, NodeReader.setApart(node.get()), now)
                                && !byItsKubelet.test(pod));
        return known ? Optional.of(end) : Optional.empty();
    }

    private static PodEnd end(
            Pod pod,
            boolean over,
            Optional<Node> node,
            Optional<NodeMemoryStatus> memory,
            Instant now) {
        Optional<ContainerStatus> container = container(pod);
        Optional<ContainerStateTerminated> terminated = terminated(pod);
        LastWords words = lastWords(pod, terminated);
        boolean rebooted =
                node.map(n -> n.getStatus().getNodeInfo())
                        .map(info -> info.getBootID())
                        .filter(boot -> ranBefore(boot, pod, words))
                        .isPresent();
        Instant endedAt =
                terminated
                        .map(ContainerStateTerminated::getFinishedAt)
                        .flatMap(PodReader::time)
                        .orElse(now);
        boolean running =
                container
                        .map(c -> c.getState() != null && c.getState().getRunning() != null)
                        .orElse(false);
        return new PodEnd(
                over,
                pod.getMetadata().getUid(),
                life(pod),
                terminated
                        .map(t -> t.getExitCode())
                        .map(OptionalInt::of)
                        .orElse(OptionalInt.empty()),
                terminated.map(ContainerStateTerminated::getReason),
                Optional.ofNullable(pod.getStatus()).map(s -> s.getReason()),
                terminated.map(t -> t.getStartedAt() != null).orElse(running),
                everReady(pod),
                annotation(pod, WorkloadNames.STOPPING),
                deleting(pod),
                condition(pod, "DisruptionTarget").stream()
                        .filter(c -> "True".equals(c.getStatus()))
                        .map(c -> Optional.ofNullable(c.getReason()).orElse(""))
                        .toList(),
                node.isEmpty(),
                rebooted,
                KernelKill.at(memory, endedAt),
                terminated
                        .map(ContainerStateTerminated::getStartedAt)
                        .flatMap(PodReader::time)
                        .map(started -> noLongerThanThePod(started, endedAt, pod, now)),
                endedAt,
                memoryLimit(pod),
                words);
    }

    /**
     * A container's start, on the clock of its end. That clock may have jumped in between, as that
     * of a board without a battery does once it has found a time server: who lived for seconds has
     * not lived for a day, and no container runs for longer than its pod has been there.
     */
    private static Instant noLongerThanThePod(
            Instant started, Instant ended, Pod pod, Instant now) {
        return Optional.ofNullable(pod.getMetadata().getCreationTimestamp())
                .flatMap(PodReader::time)
                .map(created -> ended.minus(Duration.between(created, now)))
                .filter(started::isBefore)
                .orElse(started);
    }

    /**
     * Whether its container ran before the present boot of its node. It was let in before, and says
     * nothing else: between that and its start its node may have rebooted.
     */
    private static boolean ranBefore(String boot, Pod pod, LastWords words) {
        boolean letInBefore =
                annotation(pod, WorkloadNames.BOOT_ID).filter(b -> !b.equals(boot)).isPresent();
        return letInBefore && words.bootId().filter(boot::equals).isEmpty();
    }

    private static LastWords lastWords(Pod pod, Optional<ContainerStateTerminated> terminated) {
        Optional<String> stoppingMessage = annotation(pod, WorkloadNames.STOPPING_MESSAGE);
        LastWords words =
                terminated
                        .map(ContainerStateTerminated::getMessage)
                        .map(PodReader::parse)
                        .orElseGet(LastWords::none);
        return stoppingMessage.map(words::saying).orElse(words);
    }

    /** Reads a termination message; one that is cut or no JSON tells nothing. */
    static LastWords parse(String message) {
        try {
            JsonNode json = JSON.readTree(message.strip());
            if (json == null || !json.isObject()) {
                return LastWords.none();
            }
            return new LastWords(
                    text(json, "phase"),
                    text(json, "reason"),
                    text(json, "message"),
                    text(json, "engine"),
                    json.path("peak").canConvertToLong()
                            ? OptionalLong.of(json.path("peak").asLong())
                            : OptionalLong.empty(),
                    text(json, "bootId"),
                    looks(json.path("lastSamples")));
        } catch (JsonProcessingException e) {
            return LastWords.none();
        }
    }

    private static List<LastWords.Look> looks(JsonNode samples) {
        List<LastWords.Look> looks = new ArrayList<>();
        for (JsonNode sample : samples) {
            Optional<Instant> at = text(sample, "at").flatMap(PodReader::time);
            if (at.isPresent() && sample.path("used").canConvertToLong()) {
                looks.add(
                        new LastWords.Look(
                                at.get(),
                                sample.path("used").asLong(),
                                sample.path("nodeAvailable").asLong()));
            }
        }
        return looks;
    }

    private static Optional<String> text(JsonNode json, String field) {
        return Optional.ofNullable(json.get(field))
                .filter(JsonNode::isTextual)
                .map(JsonNode::asText);
    }

    static Optional<Instant> time(String text) {
        try {
            return Optional.of(OffsetDateTime.parse(text).toInstant());
        } catch (java.time.format.DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
