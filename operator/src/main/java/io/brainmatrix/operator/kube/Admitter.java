package io.brainmatrix.operator.kube;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.Crashes;
import io.brainmatrix.api.v1alpha1.Instance;
import io.brainmatrix.api.v1alpha1.InstanceStatus;
import io.brainmatrix.api.v1alpha1.ModelSource;
import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.brainmatrix.api.v1alpha1.NodeMemoryStatus;
import io.brainmatrix.operator.admission.Action;
import io.brainmatrix.operator.admission.AdmissionPolicy;
import io.brainmatrix.operator.admission.Candidate;
import io.brainmatrix.operator.admission.CandidatePolicy;
import io.brainmatrix.operator.admission.Holder;
import io.brainmatrix.operator.admission.NodeSnapshot;
import io.brainmatrix.operator.recovery.Ends;
import io.brainmatrix.operator.workload.InferencePod;
import io.brainmatrix.operator.workload.SpecHash;
import io.brainmatrix.operator.workload.WorkloadNames;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** Lets one in: takes the lane, and makes the pod when a second look has confirmed it (R1). */
public final class Admitter {
    private static final Logger LOG = Logger.getLogger(Admitter.class);

    /** A cache that does not show within this time what was made is read past. */
    private static final Duration TOLD_WITHIN = Duration.ofSeconds(2);

    private final ClusterApi api;
    private final ClusterView cache;
    private final NodeReader reader;
    private final LaneKeeper lanes;
    private final PodKeeper pods;
    private final AdmissionPolicy policy;
    private final OperatorSettings settings;
    private final SecondLook second;
    private final AtomicLong admissions = new AtomicLong();

    /** The pod that was made last on each node; it saves reads, nothing else goes by it. */
    private final Map<String, Made> made = new ConcurrentHashMap<>();

    /** Whose pod was made, in the pass that began then. */
    private record Made(Holder holder, Instant at) {}

    /** Nodes of which the cache was found behind; it costs writes to forget, not safety. */
    private final Set<String> behind = ConcurrentHashMap.newKeySet();

    Admitter(
            ClusterApi api,
            ClusterView cache,
            NodeReader reader,
            LaneKeeper lanes,
            PodKeeper pods,
            AdmissionPolicy policy,
            OperatorSettings settings,
            SecondLook second) {
        this.api = api;
        this.cache = cache;
        this.reader = reader;
        this.lanes = lanes;
        this.pods = pods;
        this.policy = policy;
        this.settings = settings;
        this.second = second;
    }

    /** Pods created by this process: lives begun. */
    long admissions() {
        return admissions.get();
    }

    /** Who was let in by the pass that began then, if anybody. */
    Optional<Holder> letInBy(String node, Instant pass) {
        return Optional.ofNullable(made.get(node))
                .filter(last -> last.at().equals(pass))
                .map(Made::holder);
    }

    /**
     * Whether it is wanted only because the cache does not show yet what was just made; its event
     * will come.
     */
    boolean justMade(String node, Action wanted, Instant now) {
        Made last = made.get(node);
        Optional<Holder> holder =
                switch (wanted) {
                    case Action.TakeLane(Candidate candidate) -> Optional.of(candidate.holder());
                    case Action.CreatePod(Candidate candidate) -> Optional.of(candidate.holder());
                    default -> Optional.empty();
                };
        return last != null
                && holder.equals(Optional.of(last.holder()))
                && !now.isBefore(last.at())
                && now.isBefore(last.at().plus(TOLD_WITHIN));
    }

    /**
     * Takes the lane, and while that is on its way reads and decides anew; the pod is made when the
     * lane is won and both decisions agree. The lane is stated in the version that the cache has,
     * and everything is read after that version: while it holds, nobody has been let in since. When
     * the cache turns out to be behind, the lane is given back, and next time nothing is written
     * before the reads have agreed: until the cache has caught up each try would cost two writes.
     */
    void takeLane(String node, Candidate candidate, Instant now) {
        Optional<Lease> free = cache.lane(node);
        Action wanted = new Action.TakeLane(candidate);
        Supplier<Optional<String>> bootId = api.ahead(() -> bootId(node));
        Supplier<SecondLook.Seen> reads = api.ahead(() -> second.look(node, wanted, free));
        if (behind.contains(node) && !reads.get().confirms(candidate)) {
            return;
        }
        if (lanes.take(node, free, candidate.holder(), candidate.commitment().total())) {
            letIn(node, candidate, reads.get(), bootId, now);
        }
    }

    /** Makes the pod of whoever has taken the lane, or gives the lane back. */
    private void letIn(
            String node,
            Candidate candidate,
            SecondLook.Seen seen,
            Supplier<Optional<String>> bootId,
            Instant now) {
        if (!seen.confirms(candidate)) {
            behind.add(node);
            lanes.release(
                    node,
                    candidate.holder(),
                    "what the API server has says otherwise",
                    lanes.read(node));
            return;
        }
        behind.remove(node);
        LOG.infof(
                "Lane taken node=%s namespace=%s pod=%s budget=%s headroom=%d%% account=%s",
                node,
                candidate.key().namespace(),
                candidate.pod(),
                candidate.commitment().text(),
                candidate.headroomPercent(),
                seen.account());
        create(node, candidate, seen.matrix().orElseThrow(), bootId, now);
    }

    /**
     * Begins to take the lane of a node for whom a status that is about to be written places there,
     * if that status would have the next pass take it. Nobody else may work on the node until the
     * answer is closed.
     *
     * @param next the matrix with that status
     * @param closed runs when the answer is closed
     * @return empty when that one would not be let in at once
     */
    Optional<Early> early(String node, BrainMatrix next, Runnable closed) {
        if (behind.contains(node)) {
            return Optional.empty();
        }
        Optional<Lease> free = cache.lane(node);
        String uid = next.getMetadata().getUid();
        NodeSnapshot snapshot =
                reader.read(node, free, cache.podsOn(node), Map.of(uid, Optional.of(next)));
        return policy.decide(snapshot).action() instanceof Action.TakeLane(Candidate candidate)
                        && candidate.key().matrixUid().equals(uid)
                ? Optional.of(new Early(node, candidate, free, snapshot.now(), closed))
                : Optional.empty();
    }

    /**
     * A lane that is being taken while the status that places its holder is being written. To be
     * closed: a lane that nobody followed is given back.
     */
    public final class Early implements AutoCloseable {
        private final String node;
        private final Candidate candidate;
        private final Optional<Lease> free;
        private final Instant now;
        private final Runnable closed;
        private final Supplier<Optional<String>> bootId;
        private final Supplier<List<Pod>> pods;
        private final Supplier<Boolean> won;
        private boolean followed;

        private Early(
                String node,
                Candidate candidate,
                Optional<Lease> free,
                Instant now,
                Runnable closed) {
            this.closed = closed;
            this.node = node;
            this.candidate = candidate;
            this.free = free;
            this.now = now;
            bootId = api.ahead(() -> bootId(node));
            pods = api.ahead(() -> second.present(node, new Action.TakeLane(candidate), free));
            won =
                    api.ahead(
                            () ->
                                    lanes.take(
                                            node,
                                            free,
                                            candidate.holder(),
                                            candidate.commitment().total()));
        }

        /**
         * Lets in whom the status has placed, once the lane is won, and only if the same is decided
         * of what has been read since.
         *
         * @param written the matrix in the version that has the status
         */
        public void follow(BrainMatrix written) {
            List<Pod> present = pods.get();
            followed = true;
            if (won.get()) {
                SecondLook.Seen seen = second.look(node, free, present, written);
                letIn(node, candidate, seen, bootId, now);
            }
        }

        @Override
        public void close() {
            try {
                if (!followed && won.get()) {
                    lanes.release(
                            node,
                            candidate.holder(),
                            "its status could not be written",
                            lanes.read(node));
                }
            } finally {
                closed.run();
            }
        }
    }

    Optional<String> bootId(String node) {
        return api.get(Node.class, null, node).map(n -> n.getStatus().getNodeInfo().getBootID());
    }

    /** Makes the pod from the same version of the matrix that was judged. */
    void create(
            String node,
            Candidate candidate,
            BrainMatrix matrix,
            Supplier<Optional<String>> bootId,
            Instant now) {
        Optional<Instance> instance =
                matrix.getSpec().instances().stream()
                        .filter(i -> i.name().equals(candidate.key().instance()))
                        .findFirst();
        if (instance.isEmpty()) {
            return; // the next pass releases the lane
        }
        String namespace = candidate.key().namespace();
        if (settings.limits().boundMemory(namespace)
                && !reader.withinLimits(candidate, node, pods.in(namespace), lanes.readAll())) {
            lanes.release(
                    node,
                    candidate.holder(),
                    "another node has let in what its namespace had left",
                    lanes.read(node));
            return;
        }
        PodKeeper.Creation creation =
                pods.create(pod(node, candidate, matrix, instance.get(), bootId.get()));
        switch (creation) {
            case PodKeeper.Creation.Created() -> {
                admissions.incrementAndGet();
                made.put(node, new Made(candidate.holder(), now));
                LOG.infof(
                        "Pod created node=%s namespace=%s pod=%s",
                        node, candidate.key().namespace(), candidate.pod());
            }
            case PodKeeper.Creation.Refused(String message) -> {
                LOG.warnf(
                        "Pod refused node=%s namespace=%s pod=%s reason=%s",
                        node, candidate.key().namespace(), candidate.pod(), message);
                lanes.read(node)
                        .filter(l -> LaneKeeper.holds(l, candidate.holder()))
                        .ifPresent(l -> lanes.releaseRefused(l, candidate.key(), message));
            }
        }
    }

    private Pod pod(
            String node,
            Candidate candidate,
            BrainMatrix matrix,
            Instance instance,
            Optional<String> bootId) {
        ModelSource model =
                Objects.requireNonNull(
                        SpecHash.model(matrix.getSpec(), instance),
                        "a candidate without a hindrance has a model");
        Optional<InstanceStatus> status =
                matrix.getStatus() == null
                        ? Optional.empty()
                        : matrix.getStatus().instances().stream()
                                .filter(s -> s.name().equals(instance.name()))
                                .findFirst();
        return InferencePod.desired(
                new InferencePod.Request(
                        matrix,
                        instance,
                        WorkloadNames.life(candidate.pod()), // the lane names it already
                        node,
                        bootId,
                        cache.nodeMemory(node)
                                .map(NodeMemory::getStatus)
                                .map(NodeMemoryStatus::reserve)
                                .orElse(null),
                        model,
                        reader.volume(matrix, instance),
                        CandidatePolicy.loadTimeout(matrix.getSpec().admission()),
                        status.map(InstanceStatus::crashes).map(Crashes::byClass).orElse(Map.of()),
                        status.map(InstanceStatus::crashes).flatMap(Ends::lastTold),
                        settings.chronicle(),
                        settings.inferenceImage(),
                        settings.pullPolicy()));
    }
}
