package io.brainmatrix.operator.kube;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.Crashes;
import io.brainmatrix.api.v1alpha1.EndClass;
import io.brainmatrix.api.v1alpha1.Instance;
import io.brainmatrix.api.v1alpha1.InstanceStatus;
import io.brainmatrix.api.v1alpha1.ModelSource;
import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.brainmatrix.api.v1alpha1.NodeMemoryStatus;
import io.brainmatrix.operator.admission.Action;
import io.brainmatrix.operator.admission.AdmissionDecision;
import io.brainmatrix.operator.admission.AdmissionPolicy;
import io.brainmatrix.operator.admission.Candidate;
import io.brainmatrix.operator.admission.CandidatePolicy;
import io.brainmatrix.operator.admission.Holder;
import io.brainmatrix.operator.admission.Lane;
import io.brainmatrix.operator.admission.Ledger;
import io.brainmatrix.operator.admission.NodeSnapshot;
import io.brainmatrix.operator.admission.Occupant;
import io.brainmatrix.operator.recovery.Ends;
import io.brainmatrix.operator.workload.InferencePod;
import io.brainmatrix.operator.workload.SpecHash;
import io.brainmatrix.operator.workload.WorkloadNames;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** One pass over one node: read, decide, carry out the one action (R1). */
public final class NodeDesk {
    private static final Logger LOG = Logger.getLogger(NodeDesk.class);

    /**
     * A pod that does not start is found within this time; a failed mount shows only in an Event.
     */
    private static final Duration WHILE_STARTING = Duration.ofSeconds(1);

    /** A cache that does not show within this time what was made is read past. */
    private static final Duration TOLD_WITHIN = Duration.ofSeconds(2);

    /** The backstop while somebody waits, as often as the agent's heartbeat. */
    private static final Duration WHILE_WAITING = Freshness.FAST_HEARTBEAT;

    private final ClusterApi api;
    private final ClusterView cache;
    private final NodeReader reader;
    private final LaneKeeper lanes;
    private final PodKeeper pods;
    private final AdmissionPolicy policy;
    private final OperatorSettings settings;
    private final NodeSweep sweep;
    private final AgentRequests agents;
    private final AtomicLong admissions = new AtomicLong();

    /** The pod that was made last on each node; it saves reads, nothing else goes by it. */
    private final Map<String, Made> made = new ConcurrentHashMap<>();

    /** Whose pod was made, in the pass that began then. */
    private record Made(Holder holder, Instant at) {}

    /** Nodes of which the cache was found behind; it costs writes to forget, not safety. */
    private final Set<String> behind = ConcurrentHashMap.newKeySet();

    /** Works with what it is given; the policy is a port so that a test can take the gate away. */
    public NodeDesk(
            ClusterApi api,
            ClusterView cache,
            NodeReader reader,
            LaneKeeper lanes,
            PodKeeper pods,
            AdmissionPolicy policy,
            OperatorSettings settings) {
        this.api = api;
        this.cache = cache;
        this.reader = reader;
        this.lanes = lanes;
        this.pods = pods;
        this.policy = policy;
        this.settings = settings;
        this.sweep = new NodeSweep(api, cache, pods, lanes);
        this.agents = new AgentRequests(api, cache);
    }

    /** What it reads from. */
    public ClusterView cache() {
        return cache;
    }

    /** Pods created by this process: lives begun. */
    public long admissions() {
        return admissions.get();
    }

    /**
     * One pass; returns when to look again if nothing happens before.
     *
     * <p>Every action is decided twice: from the cache, which costs nothing, and once more from the
     * pods and the matrix as the API server has them now. Each kind lags behind by itself, so the
     * cache may show a matrix from before a life began beside pods from after it ended.
     */
    public Optional<Duration> work(String node) {
        sweep.removeOrphans(node);
        NodeSnapshot cached = reader.read(node);
        AdmissionDecision decision = policy.decide(cached);
        if (decision.action() instanceof Action.Nothing) {
            sweep.removeUnused(node, cached);
        } else if (!justMade(node, decision.action(), cached.now())) {
            confirm(node, decision.action(), cached.now());
        }
        agents.ask(
                node, cached, lane(node, cached)); // last: whoever is let in need not wait for it
        return again(cached, decision);
    }

    /** Whoever was let in by this very pass holds it: one write says so and that it loads. */
    private Lane lane(String node, NodeSnapshot cached) {
        Made last = made.get(node);
        return last != null && last.at().equals(cached.now())
                ? Lane.heldBy(last.holder())
                : cached.lane();
    }

    /**
     * What was read just now.
     *
     * @param matrix the matrix that the action is about; empty when it is gone
     * @param account the node's ledger in words, for the log
     */
    private record Latest(
            Optional<Lease> lease, Optional<BrainMatrix> matrix, Action action, String account) {}

    /**
     * Whether it is wanted only because the cache does not show yet what was just made; its event
     * will come.
     */
    private boolean justMade(String node, Action wanted, Instant now) {
        Made last = made.get(node);
        return wanted instanceof Action.CreatePod(Candidate candidate)
                && last != null
                && last.holder().equals(candidate.holder())
                && !now.isBefore(last.at())
                && now.isBefore(last.at().plus(TOLD_WITHIN));
    }

    private void confirm(String node, Action wanted, Instant now) {
        if (wanted instanceof Action.TakeLane(Candidate candidate)) {
            takeLane(node, candidate, now);
            return;
        }
        Latest latest = latest(node, wanted, () -> lanes.read(node));
        switch (latest.action()) {
            case Action.CreatePod(Candidate candidate)
                    when wanted instanceof Action.CreatePod(Candidate first)
                            && same(first, candidate) ->
                    create(node, candidate, latest.matrix().orElseThrow(), () -> bootId(node), now);
            case Action.ReleaseLane(Holder holder, String why)
                    when wanted instanceof Action.ReleaseLane(Holder first, _)
                            && first.equals(holder) ->
                    release(node, holder, why, latest.lease());
            case Action.ReclaimLane(Holder holder)
                    when wanted instanceof Action.ReclaimLane(Holder first)
                            && first.equals(holder) ->
                    reclaim(node, holder, latest);
            case Action.EndLoad(var pod, var end, String why)
                    when wanted instanceof Action.EndLoad(var first, _, _)
                            && first.podUid().equals(pod.podUid()) ->
                    endLoad(node, pod, end, why);
            default -> LOG.debugf("Not confirmed node=%s action=%s", node, wanted);
        }
    }

    private static boolean same(Candidate a, Candidate b) {
        return a.key().equals(b.key())
                && a.pod().equals(b.pod())
                && a.commitment().equals(b.commitment());
    }

    /**
     * Reads and decides anew. The lane comes first, so nobody can have been let in since. Pods come
     * before the matrix: one that is gone by then has been written down in the matrix that is read
     * after it.
     */
    private Latest latest(String node, Action action, Supplier<Optional<Lease>> lane) {
        Optional<Lease> lease = lane.get();
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
        NodeSnapshot snapshot = reader.read(node, lease, present, known);
        return new Latest(
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

    private void endLoad(String node, Occupant pod, EndClass end, String why) {
        LOG.infof(
                "Ending a load node=%s namespace=%s pod=%s class=%s reason=%s",
                node, pod.key().namespace(), pod.pod(), end, why);
        pods.stop(pod.key().namespace(), pod.pod(), pod.podUid(), end.name(), Optional.of(why));
    }

    private static Optional<Duration> again(NodeSnapshot snapshot, AdmissionDecision decision) {
        Optional<Duration> starting =
                snapshot.occupants().stream()
                        .filter(o -> !o.ended() && !o.everReady() && !o.loaded())
                        .map(o -> whileStarting(o, snapshot.now()))
                        .min(Duration::compareTo);
        Stream<Duration> waits =
                Stream.of(
                                starting,
                                decision.waiting().isEmpty() && snapshot.lane().holder().isEmpty()
                                        ? Optional.<Duration>empty()
                                        : Optional.of(WHILE_WAITING),
                                decision.lookAgain()
                                        .map(at -> Duration.between(snapshot.now(), at)))
                        .flatMap(Optional::stream);
        return waits.min(Duration::compareTo).map(d -> d.isPositive() ? d : Duration.ofMillis(10));
    }

    /** Nothing is asked of it before its kubelet and scheduler have had their time. */
    private static Duration whileStarting(Occupant pod, Instant now) {
        Duration patience = Duration.between(now, pod.created().plus(StuckPods.PATIENCE));
        return patience.isPositive() ? patience : WHILE_STARTING;
    }

    /**
     * Takes the lane, and while that is on its way reads and decides anew; the pod is made when the
     * lane is won and both decisions agree. The lane is stated in the version that the cache has,
     * and everything is read after that version: while it holds, nobody has been let in since. When
     * the cache turns out to be behind, the lane is given back, and next time nothing is written
     * before the reads have agreed: until the cache has caught up each try would cost two writes.
     */
    private void takeLane(String node, Candidate candidate, Instant now) {
        Optional<Lease> free = cache.lane(node);
        Action wanted = new Action.TakeLane(candidate);
        Supplier<Optional<String>> bootId = api.ahead(() -> bootId(node));
        Supplier<Latest> reads = api.ahead(() -> latest(node, wanted, () -> free));
        if (behind.contains(node) && !confirms(reads.get(), candidate)) {
            return;
        }
        if (!lanes.take(node, free, candidate.holder(), candidate.commitment().total())) {
            return;
        }
        Latest latest = reads.get();
        if (!confirms(latest, candidate)) {
            behind.add(node);
            release(
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
                latest.account());
        create(node, candidate, latest.matrix().orElseThrow(), bootId, now);
    }

    private static boolean confirms(Latest latest, Candidate candidate) {
        return latest.action() instanceof Action.TakeLane(Candidate now) && same(candidate, now);
    }

    private Optional<String> bootId(String node) {
        return api.get(Node.class, null, node).map(n -> n.getStatus().getNodeInfo().getBootID());
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
    private List<Pod> present(String node, Action action, Optional<Lease> lane) {
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
                        cache.podsOn(node).stream().filter(NodeDesk::unlabelled))
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

    /** Makes the pod from the same version of the matrix that was judged. */
    private void create(
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
            release(
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
                        .filter(l -> holds(l, candidate.holder()))
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

    private void release(String node, Holder holder, String why, Optional<Lease> seen) {
        seen.filter(l -> holds(l, holder))
                .filter(lanes::release)
                .ifPresent(
                        released ->
                                LOG.infof(
                                        "Lane released node=%s namespace=%s pod=%s reason=%s",
                                        node, holder.namespace(), holder.pod(), why));
    }

    private void reclaim(String node, Holder holder, Latest latest) {
        if (lanes.take(node, latest.lease(), holder, 0)) { // its pod says what it is promised
            LOG.warnf(
                    "Lane reclaimed for a pod that loads without one node=%s namespace=%s pod=%s",
                    node, holder.namespace(), holder.pod());
        }
    }

    private static boolean holds(Lease lease, Holder holder) {
        return lease.getSpec() != null
                && holder.identity().equals(lease.getSpec().getHolderIdentity());
    }

    /** The nodes that a change concerns. */
    public Set<String> nodesOf(HasMetadata changed) {
        return switch (changed) {
            case Pod pod -> PodReader.nodeOf(pod).map(Set::of).orElse(Set.of());
            case Lease lease -> {
                String node =
                        lease.getMetadata().getAnnotations() == null
                                ? null
                                : lease.getMetadata().getAnnotations().get(WorkloadNames.NODE);
                yield node == null ? Set.of() : Set.of(node);
            }
            case BrainMatrix matrix -> placed(matrix);
            case NodeMemory memory -> Set.of(memory.getMetadata().getName());
            case PersistentVolumeClaim claim -> {
                Set<String> nodes = new HashSet<>();
                cache.matrices().stream()
                        .filter(
                                m ->
                                        m.getMetadata()
                                                .getNamespace()
                                                .equals(claim.getMetadata().getNamespace()))
                        .forEach(m -> nodes.addAll(placed(m)));
                yield nodes;
            }
            default -> Set.of();
        };
    }

    private static Set<String> placed(BrainMatrix matrix) {
        Set<String> nodes = new HashSet<>();
        if (matrix.getStatus() != null) {
            matrix.getStatus().instances().stream()
                    .map(InstanceStatus::node)
                    .filter(Objects::nonNull)
                    .forEach(nodes::add);
        }
        return nodes;
    }
}
