package io.brainmatrix.operator.kube;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.brainmatrix.operator.admission.NodeSnapshot;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;

/** A cluster of one node whose agent was just heard of, as the queue sees it. */
record OneNode(
        Node node,
        NodeMemory memory,
        List<BrainMatrix> matrices,
        List<Pod> pods,
        Optional<PersistentVolumeClaim> claim) {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

    /** An object as a person would write it. */
    static <T> T yaml(Class<T> type, String yaml) {
        return Serialization.unmarshal(yaml, type);
    }

    NodeSnapshot read() {
        return new NodeReader(
                        view(),
                        new OperatorSettings(
                                "system", "image", "Never", List.of(Path.of("/models"))),
                        Clock.fixed(NOW, ZoneOffset.UTC),
                        pod -> List.of())
                .read(node.getMetadata().getName());
    }

    private ClusterView view() {
        return (ClusterView)
                Proxy.newProxyInstance(
                        OneNode.class.getClassLoader(),
                        new Class<?>[] {ClusterView.class},
                        (proxy, method, arguments) ->
                                switch (method.getName()) {
                                    case "matrices" -> matrices;
                                    case "lanes" -> List.of();
                                    case "lane" -> Optional.empty();
                                    case "node" -> Optional.of(node);
                                    case "podsOn", "podsOf" -> pods;
                                    case "nodeMemory" -> Optional.of(memory);
                                    case "claim" -> claim;
                                    case "isFresh" -> true;
                                    default -> throw new AssertionError(method);
                                });
    }
}
