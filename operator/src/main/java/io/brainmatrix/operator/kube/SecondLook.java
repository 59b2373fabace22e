package io.brainmatrix.operator.kube;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.operator.admission.Action;
import io.brainmatrix.operator.admission.AdmissionPolicy;
import io.brainmatrix.operator.admission.Candidate;
import io.brainmatrix.operator.admission.Holder;
import io.brainmatrix.operator.admission.Ledger;
import io.brainmatrix.operator.admission.NodeSnapshot;
import io.brainmatrix.operator.workload.WorkloadNames;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Decides an action anew, from the pods and the matrix as the API server has them now. Each kind
 * lags behind by itself, so the cache may show a matrix from before a life began beside pods from
 * after it ended.
 */
final class SecondLook {
    private final ClusterApi api;
    private final ClusterView cache;
    private final NodeReader reader;
    private final PodKeeper pods;
    private final AdmissionPolicy policy;
    private final OperatorSettings settings;

    SecondLook(
            ClusterApi api,
            ClusterView cache,
            NodeReader reader,
            PodKeeper pods,
            AdmissionPolicy policy,
            OperatorSettings settings) {
        this.api = api;
        this.cache = cache;
        this.reader = reader;
        this.pods = pods;
        this.policy = policy;
        this.settings = settings;
    }

    /**
     * What was read just now, and what is to be done by it.
     *
     * @param matrix the matrix that the action is about; empty when it is gone
     * @param account the node's ledger in words, for the log
     */
    record Seen(
            Optional<Lease> lease, Optional<BrainMatrix> matrix, Action action, String account) {
        /** Whether the lane is to be taken for the same pod with the same budget. */
        boolean confirms(Candidate candidate) {
            return action instanceof Action.TakeLane(Candidate now) && same(candidate, now);
        }
    }

    /** Whether both are the same life of the same instance with the same budget. */
    static boolean same(Candidate a, Candidate b) {
        return a.key().equals(b.key())
                && a.pod().equals(b.pod())
                && a.commitment().equals(b.commitment());
    }

    /**
     * Reads and decides anew. The lane was read first, so nobody can have been let in since. Pods
     * come before the matrix: one that is gone by then has been written down in the matrix that is
     * read after it.
     */
    Seen look(String node, Action action, Optional<Lease> lease) {
        List<Pod> present = present(node, action, lease);
        Optional<BrainMatrix> cached = matrixOf(action);
        Optional<BrainMatrix> matrix =
                cached.flatMap(
                        m ->
                                api.get(
                                                BrainMatrix.class,
                                                m.getMetadata().getNamespace(),
                                                m.getMetadata().getName())
                                        .filter(
                                                now ->
                                                        m.getMetadata()
                                                                .getUid()
                                                                .equals(
                                                                        now.getMetadata()
                                                                                .getUid())));
        Map<String, Optional<BrainMatrix>> known =
                cached.map(m -> Map.of(m.getMetadata().getUid(), matrix)).orElse(Map.of());
        return decide(node, lease, present, known, matrix);
    }

    /** As {@link #look}, by what is known already: the matrix in a version that was just made. */
    Seen look(String node, Optional<Lease> lease, List<Pod> present, BrainMatrix made) {
        Optional<BrainMatrix> matrix = Optional.of(made);
        return decide(node, lease, present, Map.of(made.getMetadata().getUid(), matrix), matrix);
    }

    private Seen decide(
            String node,
            Optional<Lease> lease,
            List<Pod> present,
            Map<String, Optional<BrainMatrix>> known,
            Optional<BrainMatrix> matrix) {
        NodeSnapshot snapshot = reader.read(node, lease, present, known);
        return new Seen(
                lease,
                matrix,
                policy.decide(snapshot).action(),
                snapshot.reading().map(r -> Ledger.of(snapshot, r).explain()).orElse(""));
    }

    private Optional<BrainMatrix> matrixOf(Action action) {
        String uid =
                switch (action) {
                    case Action.TakeLane(Candidate candidate) -> candidate.key().matrixUid();
                    case Action.CreatePod(Candidate candidate) -> candidate.key().matrixUid();
                    case Action.ReleaseLane(Holder holder, _) -> holder.matrixUid();
                    case Action.ReclaimLane(Holder holder) -> holder.matrixUid();
                    case Action.EndLoad(var pod, _, _) -> pod.key().matrixUid();
                    case Action.Nothing() -> "";
                };
        return cache.matrices().stream()
                .filter(m -> uid.equals(m.getMetadata().getUid()))
                .findFirst();
    }

    /**
     * The node's pods: ours as the API server has them now, the others from the cache.
     *
     * <p>To let in, and to go on after who has arrived or ended, the cache's will do once they show
     * the pod that the lane let in last. A watch tells of pods in the order of their changes, so
     * nobody is missing whom the lane let in before; what it has not told of these yet, that one
     * has ended, only keeps room. Where each namespace has a watch of its own that is not so, and
     * pods are read.
     */
    List<Pod> present(String node, Action action, Optional<Lease> lane) {
        if (!settings.scope().hasOneWatch()) {
            return asked(node);
        }
        boolean shown =
                (action instanceof Action.TakeLane || action instanceof Action.ReleaseLane)
                        && lane.flatMap(LaneKeeper::last)
                                .filter(last -> inCache(node, last))
                                .isPresent();
        if (shown) {
            return cache.podsOn(node); // asked anew, after that one was seen there
        }
        return asked(node);
    }

    private List<Pod> asked(String node) {
        return Stream.concat(
                        pods.on(node).stream()
                                .filter(p -> PodReader.nodeOf(p).filter(node::equals).isPresent()),
                        cache.podsOn(node).stream().filter(SecondLook::unlabelled))
                .toList();
    }

    /** One of somebody else's, or of ours that an operator without that label has made. */
    private static boolean unlabelled(Pod pod) {
        return PodReader.matrixUidOf(pod).isEmpty()
                || PodReader.label(pod, WorkloadNames.NODE).isEmpty();
    }

    private boolean inCache(String node, Holder last) {
        return cache.podsOn(node).stream().anyMatch(p -> PodReader.is(p, last));
    }
}
