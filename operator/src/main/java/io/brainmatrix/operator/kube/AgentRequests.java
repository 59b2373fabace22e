package io.brainmatrix.operator.kube;

import io.brainmatrix.api.v1alpha1.Bytes;
import io.brainmatrix.api.v1alpha1.Durations;
import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.brainmatrix.api.v1alpha1.NodeMemorySpec;
import io.brainmatrix.operator.admission.Candidate;
import io.brainmatrix.operator.admission.NodeSnapshot;
import io.fabric8.kubernetes.api.model.Quantity;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** What the operator asks of a node's agent: {@code NodeMemory.spec}. */
final class AgentRequests {
    private final ClusterApi api;
    private final ClusterView cache;

    AgentRequests(ClusterApi api, ClusterView cache) {
        this.api = api;
        this.cache = cache;
    }

    /**
     * Tells the node's agent what the strictest of those that wait asks for, and whether to hurry.
     */
    void ask(String node, NodeSnapshot snapshot) {
        Optional<NodeMemory> memory = cache.nodeMemory(node);
        if (memory.isEmpty()) {
            return;
        }
        List<Candidate> asking =
                snapshot.candidates().stream().filter(c -> c.hindrance().isEmpty()).toList();
        boolean fast = !asking.isEmpty() || snapshot.lane().holder().isPresent();
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
        if (!same) {
            api.merge(NodeMemory.class, null, node, Map.of("spec", wanted));
        }
    }
}
