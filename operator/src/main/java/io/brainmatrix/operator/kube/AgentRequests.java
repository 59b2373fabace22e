package io.brainmatrix.operator.kube;

import io.brainmatrix.api.v1alpha1.Bytes;
import io.brainmatrix.api.v1alpha1.Durations;
import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.brainmatrix.api.v1alpha1.NodeMemorySpec;
import io.brainmatrix.operator.admission.Candidate;
import io.brainmatrix.operator.admission.Lane;
import io.brainmatrix.operator.admission.NodeSnapshot;
import io.brainmatrix.operator.workload.WorkloadNames;
import io.fabric8.kubernetes.api.model.Quantity;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the operator writes to a NodeMemory: what it asks of the node's agent, in the spec, and who
 * holds the lane, in an annotation that only people read. One write for both, and none when nothing
 * is new.
 */
final class AgentRequests {
    private final ClusterApi api;
    private final ClusterView cache;

    AgentRequests(ClusterApi api, ClusterView cache) {
        this.api = api;
        this.cache = cache;
    }

    /**
     * Tells the node's agent what the strictest of those that wait asks for, and whether to hurry.
     *
     * @param lane the lane as this pass leaves it, as far as it knows
     */
    void ask(String node, NodeSnapshot snapshot, Lane lane) {
        Optional<NodeMemory> memory = cache.nodeMemory(node);
        if (memory.isEmpty()) {
            return;
        }
        List<Candidate> asking =
                snapshot.candidates().stream().filter(c -> c.hindrance().isEmpty()).toList();
        boolean fast = !asking.isEmpty() || lane.holder().isPresent();
        NodeMemorySpec present =
                memory.get().getSpec() == null
                        ? new NodeMemorySpec(null, null, null)
                        : memory.get().getSpec();
        String window =
                asking.stream()
                        .map(c -> c.settle().window())
                        .max(Duration::compareTo)
                        .map(Durations::text)
                        .orElse(present.settleWindow());
        Quantity slope =
                asking.stream()
                        .map(c -> c.settle().maxSlopePerSecond())
                        .min(Long::compare)
                        .map(bytes -> new Quantity(Long.toString(bytes)))
                        .orElse(present.maxSlopePerSecond());
        NodeMemorySpec wanted = new NodeMemorySpec(window, slope, fast);
        boolean same =
                Objects.equals(window, present.settleWindow())
                        && Objects.equals(present.fast(), fast)
                        && (slope == null
                                ? present.maxSlopePerSecond() == null
                                : present.maxSlopePerSecond() != null
                                        && Bytes.of(slope)
                                                == Bytes.of(present.maxSlopePerSecond()));
        Map<String, Object> fields = new HashMap<>();
        if (!same) {
            fields.put("spec", wanted);
        }
        Map<String, String> annotations = memory.get().getMetadata().getAnnotations();
        String shown = annotations == null ? null : annotations.get(WorkloadNames.LANE);
        String holder = lane.text().orElse(null);
        if (!Objects.equals(shown, holder)) {
            Map<String, @Nullable Object> change = new HashMap<>();
            change.put(WorkloadNames.LANE, holder); // null takes it away
            fields.put("metadata", Map.of("annotations", change));
        }
        if (!fields.isEmpty()) {
            api.merge(NodeMemory.class, null, node, fields);
        }
    }
}
