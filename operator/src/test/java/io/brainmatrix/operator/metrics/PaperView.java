package io.brainmatrix.operator.metrics;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.brainmatrix.operator.kube.ClusterView;
import io.brainmatrix.operator.kube.NodeReader;
import io.brainmatrix.operator.kube.OperatorSettings;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A cluster of one node as a cache would have it, made of YAML. */
final class PaperView {
    final List<BrainMatrix> matrices = new ArrayList<>();
    final List<Lease> lanes = new ArrayList<>();
    final List<Pod> pods = new ArrayList<>();
    final List<NodeMemory> memories = new ArrayList<>();
    final List<Node> nodes = new ArrayList<>();
    boolean fresh = true;

    ClusterView view() {
        return (ClusterView)
                Proxy.newProxyInstance(
                        PaperView.class.getClassLoader(),
                        new Class<?>[] {ClusterView.class},
                        (proxy, method, arguments) ->
                                switch (method.getName()) {
                                    case "matrices" -> List.copyOf(matrices);
                                    case "lanes" -> List.copyOf(lanes);
                                    case "lane" -> lanes.stream().findFirst();
                                    case "nodes" -> List.copyOf(nodes);
                                    case "node" -> nodes.stream().findFirst();
                                    case "podsOn", "podsOf" -> List.copyOf(pods);
                                    case "nodeMemory" -> memories.stream().findFirst();
                                    case "isFresh" -> fresh;
                                    case "freshFor" ->
                                            fresh
                                                    ? Optional.of(Duration.ofSeconds(1))
                                                    : Optional.empty();
                                    default -> throw new AssertionError(method);
                                });
    }

    NodeReader reader() {
        return new NodeReader(
                view(),
                new OperatorSettings("system", "image", "Never", List.of(Path.of("/models"))),
                Clock.fixed(Instant.parse("2026-01-01T12:00:00Z"), ZoneOffset.UTC),
                pod -> {
                    throw new AssertionError("a scrape asks the API server for nothing");
                });
    }

    /** A node with a discrete GPU, one instance that serves, one that backs off after two ends. */
    static PaperView full() {
        PaperView view = new PaperView();
        view.nodes.add(
                read(
                        Node.class,
                        """
                        apiVersion: v1
                        kind: Node
                        metadata: {name: edge}
                        status: {allocatable: {memory: 8Gi}}
                        """));
        view.memories.add(
                read(
                        NodeMemory.class,
                        """
                        apiVersion: brainmatrix.io/v1alpha1
                        kind: NodeMemory
                        metadata: {name: edge}
                        status:
                          heartbeat: 2026-01-01T12:00:00Z
                          capacity: 8589934592
                          available: 6442450944
                          reserve: 536870912
                          settleWindow: 1s
                          unified: false
                          gpu: {source: nvml, total: 4294967296, used: 1073741824}
                          instances: [{podUid: p1, phase: Serving, used: 400}]
                        """));
        view.pods.add(
                read(
                        Pod.class,
                        """
                        apiVersion: v1
                        kind: Pod
                        metadata:
                          name: glass-jar-subject-3
                          namespace: brains
                          uid: p1
                          creationTimestamp: 2026-01-01T11:00:00Z
                          finalizers: [brainmatrix.io/record-end]
                          labels: {brainmatrix.io/matrix: glass-jar, brainmatrix.io/instance: subject}
                          annotations: {brainmatrix.io/node: edge, brainmatrix.io/matrix-uid: m1}
                        spec:
                          nodeName: edge
                          containers: [{name: inference, resources: {limits: {memory: 1Gi}}}]
                        status: {phase: Running, conditions: [{type: Ready, status: "True"}]}
                        """));
        view.lanes.add(lane("brains/glass-jar-observer-4#m1", null));
        view.matrices.add(
                read(
                        BrainMatrix.class,
                        """
                        apiVersion: brainmatrix.io/v1alpha1
                        kind: BrainMatrix
                        metadata: {name: glass-jar, namespace: brains, uid: m1, generation: 3}
                        spec:
                          suspend: true
                          instances:
                          - {name: subject, budget: {ram: 1Gi}}
                          - {name: observer, budget: {ram: 1Gi}}
                        status:
                          observedGeneration: 2
                          conditions:
                          - {type: Degraded, status: "True", reason: SomeInstancesDegraded, message: m, lastTransitionTime: 2026-01-01T11:00:00Z}
                          - {type: Ready, status: "False", reason: SomeInstancesWaiting, message: m, lastTransitionTime: 2026-01-01T11:00:00Z}
                          instances:
                          - name: subject
                            node: edge
                            reason: Ready
                            lives: 3
                            memory: {declared: 1073741824, predicted: 500, steady: 400, peak: 450}
                          - name: observer
                            node: edge
                            reason: BackingOff
                            lives: 3
                            queuePosition: 1
                            retries: 1
                            nextAttempt: 2026-01-01T12:00:05Z
                            conditions:
                            - {type: Admitted, status: "False", reason: BackingOff, message: m, lastTransitionTime: 2026-01-01T11:59:00Z}
                            crashes:
                              total: 2
                              consecutive: 2
                              shed: 1
                              byClass: {OutOfMemory: 2, ShedForNode: 1}
                              recent:
                              - {podUid: u3, endClass: OutOfMemory, when: 2026-01-01T11:59:00Z}
                              - {podUid: u2, endClass: ShedForNode, when: 2026-01-01T11:58:00Z}
                              - {podUid: u1, endClass: OutOfMemory, when: 2026-01-01T11:57:00Z}
                            memory: {declared: 1073741824}
                        """));
        return view;
    }

    static Lease lane(String holder, @org.jspecify.annotations.Nullable String released) {
        return read(
                Lease.class,
                """
                apiVersion: coordination.k8s.io/v1
                kind: Lease
                metadata:
                  name: brainmatrix-lane-edge
                  namespace: system
                  annotations: {brainmatrix.io/node: edge}
                spec: {holderIdentity: "%s", acquireTime: 2026-01-01T11:59:55.000000Z%s}
                """
                        .formatted(holder, released == null ? "" : ", renewTime: " + released));
    }

    static <T> T read(Class<T> type, String yaml) {
        return Serialization.unmarshal(yaml, type);
    }
}
