package io.brainmatrix.operator.kube;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.operator.admission.NodeSnapshot;
import io.brainmatrix.operator.workload.WorkloadNames;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/** Removes what is left on a node of matrices that are gone, and a lane that nobody needs. */
final class NodeSweep {
    private static final Logger LOG = Logger.getLogger(NodeSweep.class);

    private final ClusterApi api;
    private final ClusterView cache;
    private final PodKeeper pods;
    private final LaneKeeper lanes;

    NodeSweep(ClusterApi api, ClusterView cache, PodKeeper pods, LaneKeeper lanes) {
        this.api = api;
        this.cache = cache;
        this.pods = pods;
        this.lanes = lanes;
    }

    /**
     * Lets go of pods whose matrix is gone: one may be made in the moment in which its matrix goes,
     * and then nobody is left who could write its end down.
     */
    void removeOrphans(String node) {
        Set<String> known =
                cache.matrices().stream()
                        .map(m -> m.getMetadata().getUid())
                        .collect(Collectors.toSet());
        for (Pod pod : cache.podsOn(node)) {
            Optional<String> uid = PodReader.matrixUidOf(pod).filter(u -> !known.contains(u));
            String namespace = pod.getMetadata().getNamespace();
            boolean orphan =
                    uid.isPresent()
                            && PodReader.label(pod, WorkloadNames.MATRIX)
                                    .flatMap(name -> api.get(BrainMatrix.class, namespace, name))
                                    .filter(m -> uid.get().equals(m.getMetadata().getUid()))
                                    .isEmpty();
            if (orphan) {
                LOG.infof(
                        "Pod of a matrix that is gone node=%s namespace=%s pod=%s",
                        node, namespace, pod.getMetadata().getName());
                pods.forget(namespace, pod.getMetadata().getName(), pod.getMetadata().getUid());
            }
        }
    }

    /** Removes the lane of a node that has none of our pods and nobody who waits. */
    void removeUnused(String node, NodeSnapshot snapshot) {
        boolean unused =
                snapshot.lane().holder().isEmpty()
                        && snapshot.lane().foreign().isEmpty()
                        && snapshot.occupants().isEmpty()
                        && snapshot.candidates().isEmpty();
        if (unused) {
            cache.lane(node).ifPresent(lanes::remove);
        }
    }
}
