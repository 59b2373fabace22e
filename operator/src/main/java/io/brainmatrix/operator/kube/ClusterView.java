package io.brainmatrix.operator.kube;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.node.v1.RuntimeClass;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The cluster as this operator has last heard of it. Every answer may be stale, and two answers may
 * be of different moments: whoever acts on one states the version it saw, or reads again through
 * {@link ClusterApi}.
 */
public interface ClusterView {
    /** All matrices. */
    List<BrainMatrix> matrices();

    /** One matrix. */
    Optional<BrainMatrix> matrix(String namespace, String name);

    /** All pods of a node: those that run there and those of ours that are pinned to it. */
    List<Pod> podsOn(String node);

    /** All pods of a matrix, whatever their state. */
    List<Pod> podsOf(String matrixUid);

    /** All scouts of a matrix, whatever their state. */
    List<Pod> scoutsOf(String matrixUid);

    /** All nodes. */
    List<Node> nodes();

    /** One node. */
    Optional<Node> node(String name);

    /** What a node's agent published last. */
    Optional<NodeMemory> nodeMemory(String node);

    /** Whether this operator saw the node's reading change recently. */
    default boolean isFresh(NodeMemory memory) {
        return freshFor(memory).isPresent();
    }

    /** For how long that stays so without another change; empty when it is not so. */
    Optional<Duration> freshFor(NodeMemory memory);

    /** The node's lane. */
    Optional<Lease> lane(String node);

    /** All lanes. */
    List<Lease> lanes();

    /** A runtime class. */
    Optional<RuntimeClass> runtimeClass(String name);

    /** A claim. */
    Optional<PersistentVolumeClaim> claim(String namespace, String name);

    /** One of our volumes. */
    Optional<PersistentVolume> volume(String name);

    /** Our volumes. */
    List<PersistentVolume> volumes();

    /** One of our Services. */
    Optional<Service> service(String namespace, String name);

    /** Our Services in a namespace. */
    List<Service> services(String namespace);
}
