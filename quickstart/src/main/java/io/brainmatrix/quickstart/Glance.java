package io.brainmatrix.quickstart;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.InstanceStatus;
import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.brainmatrix.api.v1alpha1.NodeMemoryStatus;
import io.brainmatrix.embedded.EmbeddedNode;
import io.brainmatrix.embedded.kubelet.Kubelet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/** Looks at a matrix and its node, for the block at the foot of the terminal. */
record Glance(EmbeddedNode node, KubernetesClient client, String namespace, String matrix) {
    /** The block's lines; none while there is nothing to tell. */
    List<String> lines(int width) {
        try {
            BrainMatrix seen =
                    client.resources(BrainMatrix.class)
                            .inNamespace(namespace)
                            .withName(matrix)
                            .get();
            NodeMemory memory =
                    client.resources(NodeMemory.class).withName(EmbeddedNode.NODE).get();
            return seen == null
                            || seen.getStatus() == null
                            || memory == null
                            || memory.getStatus() == null
                    ? List.of()
                    : frame(seen, memory.getStatus()).lines(width);
        } catch (KubernetesClientException e) {
            return List.of(); // it ends
        }
    }

    private Frame frame(BrainMatrix seen, NodeMemoryStatus memory) {
        List<Frame.Row> rows = new ArrayList<>();
        for (InstanceStatus instance : seen.getStatus().instances()) {
            Optional<Kubelet.Running> pod =
                    Optional.ofNullable(instance.pod()).flatMap(node::running);
            rows.add(
                    new Frame.Row(
                            instance.name(),
                            String.valueOf(instance.phase()),
                            String.valueOf(instance.reason()),
                            Objects.requireNonNullElse(instance.lives(), 0L),
                            Story.deaths(seen, instance.name()),
                            pod.map(Kubelet.Running::used).orElse(OptionalLong.empty()),
                            pod.map(Kubelet.Running::limit).orElse(0L)));
        }
        Long slope = memory.slopePerSecond();
        return new Frame(
                Objects.requireNonNullElse(memory.capacity(), 0L),
                Objects.requireNonNullElse(memory.available(), 0L),
                slope == null ? OptionalLong.empty() : OptionalLong.of(slope),
                lane(),
                rows);
    }

    /** The pod that holds the lane, {@code namespace/pod#matrix}. */
    private String lane() {
        return client.leases().inNamespace(EmbeddedNode.SYSTEM).list().getItems().stream()
                .map(l -> l.getSpec() == null ? null : l.getSpec().getHolderIdentity())
                .filter(h -> h != null && h.contains("/") && h.contains("#"))
                .map(h -> h.substring(h.indexOf('/') + 1, h.lastIndexOf('#')))
                .findFirst()
                .orElse("");
    }
}
