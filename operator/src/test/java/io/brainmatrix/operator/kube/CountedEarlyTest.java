package io.brainmatrix.operator.kube;

import static io.brainmatrix.operator.kube.OneNode.yaml;
import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.brainmatrix.operator.admission.Ledger;
import io.brainmatrix.operator.admission.NodeReading;
import io.brainmatrix.operator.admission.NodeSnapshot;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A pod whose container has ended and whose phase does not say so yet, as the queue sees it. */
class CountedEarlyTest {
    /**
     * Whether the next life is a candidate beside it.
     *
     * @param counted whose end is written down
     */
    @ParameterizedTest
    @CsvSource({
        "terminated, p1, ReadOnlyMany, true",
        "terminated, p0, ReadOnlyMany, false",
        // A cache that is behind the status: nothing is let in by it.
        "running, p1, ReadOnlyMany, false",
        // Its volume would keep the next one out.
        "terminated, p1, ReadWriteOncePod, false",
    })
    void theNextLifeNeedNotWaitForThePhase(
            String state, String counted, String mode, boolean candidate) {
        NodeSnapshot node = read(state, counted, mode);

        assertThat(node.candidates()).hasSize(candidate ? 1 : 0);
    }

    @Test
    void whatItWasPromisedStaysCharged() {
        NodeSnapshot node = read("terminated", "p1", "ReadOnlyMany");

        assertThat(node.reading().map(NodeReading::fresh)).contains(true);
        assertThat(Ledger.of(node, node.reading().orElseThrow()).committed()).isEqualTo(1L << 30);
    }

    /** Of any end, counted or not: what has stopped loads nothing, and so needs no lane. */
    @ParameterizedTest
    @CsvSource({"terminated, p0, true", "terminated, p1, true", "running, p0, false"})
    void itHasStoppedWhenItsContainerHas(String state, String counted, boolean stopped) {
        assertThat(read(state, counted, "ReadOnlyMany").occupants())
                .singleElement()
                .satisfies(
                        pod -> {
                            assertThat(pod.stopped()).isEqualTo(stopped);
                            assertThat(pod.ended()).isFalse();
                        });
    }

    private static NodeSnapshot read(String state, String counted, String mode) {
        Node node =
                yaml(
                        Node.class,
                        """
                        metadata: {name: edge}
                        status: {allocatable: {memory: 8Gi}, capacity: {memory: 8Gi}}
                        """);
        NodeMemory memory =
                yaml(
                        NodeMemory.class,
                        """
                        metadata: {name: edge}
                        status: {heartbeat: 2026-01-01T12:00:00Z, capacity: 8589934592, available: 6442450944, reserve: 0, settleWindow: 1s}
                        """);
        BrainMatrix matrix =
                yaml(
                        BrainMatrix.class,
                        """
                        metadata: {name: jar, namespace: brains, uid: m1, creationTimestamp: 2026-01-01T11:00:00Z}
                        spec:
                          model: {persistentVolumeClaim: {claimName: models, path: a.gguf}}
                          instances: [{name: one, budget: {ram: 1Gi}}]
                        status:
                          instances:
                          - {name: one, node: edge, lives: 1, crashes: {total: 1, recent: [{podUid: %s, endClass: Killed}]}}
                        """
                                .formatted(counted));
        Pod pod =
                yaml(
                        Pod.class,
                        """
                        metadata:
                          name: jar-one-1
                          namespace: brains
                          uid: p1
                          creationTimestamp: 2026-01-01T11:00:00Z
                          finalizers: [brainmatrix.io/record-end]
                          labels: {brainmatrix.io/matrix: jar, brainmatrix.io/instance: one}
                          annotations: {brainmatrix.io/node: edge, brainmatrix.io/matrix-uid: m1}
                        spec:
                          nodeName: edge
                          volumes: [{name: models, persistentVolumeClaim: {claimName: models}}]
                          containers: [{name: inference, resources: {limits: {memory: 1Gi}}}]
                        status:
                          phase: Running
                          containerStatuses: [{name: inference, started: true, state: {%s: {}}}]
                        """
                                .formatted(state));
        PersistentVolumeClaim claim =
                yaml(
                        PersistentVolumeClaim.class,
                        """
                        metadata: {name: models}
                        spec: {accessModes: [%s]}
                        """
                                .formatted(mode));
        return new OneNode(node, memory, List.of(matrix), List.of(pod), Optional.of(claim)).read();
    }
}
