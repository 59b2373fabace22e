package io.brainmatrix.operator.kube;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.brainmatrix.api.v1alpha1.Bytes;
import io.brainmatrix.api.v1alpha1.Reason;
import io.brainmatrix.operator.admission.Candidate;
import io.brainmatrix.operator.admission.Holder;
import io.brainmatrix.operator.admission.Lane;
import io.brainmatrix.operator.workload.WorkloadNames;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What the instances of a namespace may have, so that one tenant cannot starve another: the chart's
 * {@code namespaceLimits}.
 *
 * <p>Nodes decide one by one, and two could pass the sum together. So a lane says what its holder
 * is promised, and whoever has taken one reads all lanes and pods once more before it makes its
 * pod: of two nodes at least the one that took its lane last sees the other.
 *
 * @param byNamespace by name; {@code *} is every namespace that has no entry of its own
 */
public record NamespaceLimits(Map<String, Limit> byNamespace) {
    private static final String ALL = "*";
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    /**
     * The limits of one namespace; absent ones do not bound.
     *
     * @param maxPriority highest priority of an instance, its watchers' counted
     * @param maxMemory sum of the budgets, RAM and GPU together, of all its instances that are let
     *     in
     */
    public record Limit(@Nullable Integer maxPriority, @Nullable Quantity maxMemory) {}

    public NamespaceLimits {
        byNamespace = Map.copyOf(byNamespace);
        byNamespace.values().forEach(l -> bytes(l.maxMemory()));
    }

    /** Nobody is bounded. */
    public static NamespaceLimits none() {
        return new NamespaceLimits(Map.of());
    }

    /**
     * Reads them from JSON such as {@code {"*": {"maxPriority": 10, "maxMemory": "32Gi"}}}; an
     * empty text is none.
     *
     * @throws IllegalArgumentException when it is something else
     */
    public static NamespaceLimits parse(String json) {
        if (json.isBlank()) {
            return none();
        }
        try {
            return new NamespaceLimits(
                    JSON.readValue(json, new TypeReference<Map<String, Limit>>() {}));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "namespaceLimits is not as it should be: " + e.getOriginalMessage(), e);
        }
    }

    /**
     * The candidate, hindered when its namespace may not have it.
     *
     * @param promised bytes of all instances of a namespace that have been let in, on any node
     */
    Candidate apply(Candidate candidate, ToLongFunction<String> promised) {
        String namespace = candidate.key().namespace();
        Limit limit = of(namespace);
        if (limit == null || candidate.hindrance().isPresent()) {
            return candidate;
        }
        Integer maxPriority = limit.maxPriority();
        if (maxPriority != null && candidate.priority() > maxPriority) {
            return candidate.hindered(
                    over(
                            "priority %d, its own or of one that watches it, exceeds %d, the most in namespace `%s`; lower `spec.instances[].priority` or ask whoever installed the operator (`namespaceLimits`)"
                                    .formatted(candidate.priority(), maxPriority, namespace)));
        }
        Optional<Long> maxMemory = bytes(limit.maxMemory());
        if (maxMemory.isPresent()) {
            long taken = promised.applyAsLong(namespace);
            if (taken + candidate.commitment().total() > maxMemory.get()) {
                return candidate.hindered(
                        over(
                                "needs %s, namespace `%s` has %s of %s left; lower `spec.instances[%s].budget`, remove instances, or ask whoever installed the operator (`namespaceLimits`)"
                                        .formatted(
                                                Bytes.text(candidate.commitment().total()),
                                                namespace,
                                                Bytes.text(maxMemory.get() - taken),
                                                Bytes.text(maxMemory.get()),
                                                candidate.key().instance())));
            }
        }
        return candidate;
    }

    private @Nullable Limit of(String namespace) {
        return byNamespace.getOrDefault(namespace, byNamespace.get(ALL));
    }

    /** Whether the sum of budgets of a namespace is bounded. */
    boolean boundMemory(String namespace) {
        Limit limit = of(namespace);
        return limit != null && limit.maxMemory() != null;
    }

    /**
     * What a namespace is promised: by all its pods of ours that have not ended, and by lanes whose
     * pod is not there yet; bytes, RAM and GPU together.
     *
     * @param pods of ours that have not ended
     * @param but the lane of this node: who holds it is the one who asks
     */
    static long promised(String namespace, List<Pod> pods, List<Lease> lanes, String but) {
        Set<String> born = new HashSet<>();
        long promised = 0;
        for (Pod pod : pods) {
            if (namespace.equals(pod.getMetadata().getNamespace())) {
                born.add(pod.getMetadata().getName());
                promised += PodReader.memoryLimit(pod) + PodReader.gpuBudget(pod);
            }
        }
        for (Lease lane : lanes) {
            Optional<Holder> holder =
                    Lane.of(lane.getSpec() == null ? null : lane.getSpec().getHolderIdentity())
                            .holder();
            boolean unborn =
                    holder.filter(h -> h.namespace().equals(namespace))
                            .filter(h -> !born.contains(h.pod()))
                            .isPresent();
            if (unborn && !lane.getMetadata().getName().equals(but)) {
                promised += promised(lane);
            }
        }
        return promised;
    }

    private static long promised(Lease lane) {
        Map<String, String> annotations = lane.getMetadata().getAnnotations();
        String bytes = annotations == null ? null : annotations.get(WorkloadNames.PROMISED);
        return bytes != null && bytes.matches("\\d{1,18}") ? Long.parseLong(bytes) : 0;
    }

    private static Candidate.Hindrance over(String message) {
        return new Candidate.Hindrance(Reason.OverNamespaceLimit, message);
    }

    private static Optional<Long> bytes(@Nullable Quantity quantity) {
        return Optional.ofNullable(quantity).map(Bytes::of);
    }
}
