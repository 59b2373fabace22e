package io.brainmatrix.operator.kube;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.brainmatrix.api.v1alpha1.Bytes;
import io.brainmatrix.api.v1alpha1.Reason;
import io.brainmatrix.operator.admission.Candidate;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What the instances of a namespace may have, so that one tenant cannot starve another: the chart's
 * {@code namespaceLimits}. The sum of budgets is looked at by the nodes one by one; two nodes that
 * let in at the same moment may pass it together, by one instance each. A ResourceQuota on {@code
 * limits.memory} has no such gap, and refuses instead of letting wait.
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
        Limit limit = byNamespace.getOrDefault(namespace, byNamespace.get(ALL));
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

    private static Candidate.Hindrance over(String message) {
        return new Candidate.Hindrance(Reason.OverNamespaceLimit, message);
    }

    private static Optional<Long> bytes(@Nullable Quantity quantity) {
        return Optional.ofNullable(quantity).map(Bytes::of);
    }
}
