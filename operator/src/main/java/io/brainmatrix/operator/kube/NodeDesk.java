package io.brainmatrix.operator.kube;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.Bytes;
import io.brainmatrix.api.v1alpha1.Crashes;
import io.brainmatrix.api.v1alpha1.Durations;
import io.brainmatrix.api.v1alpha1.Instance;
import io.brainmatrix.api.v1alpha1.InstanceStatus;
import io.brainmatrix.api.v1alpha1.ModelSource;
import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.brainmatrix.api.v1alpha1.NodeMemorySpec;
import io.brainmatrix.operator.admission.Action;
import io.brainmatrix.operator.admission.AdmissionDecision;
import io.brainmatrix.operator.admission.AdmissionPolicy;
import io.brainmatrix.operator.admission.Candidate;
import io.brainmatrix.operator.admission.CandidatePolicy;
import io.brainmatrix.operator.admission.Holder;
import io.brainmatrix.operator.admission.NodeSnapshot;
import io.brainmatrix.operator.workload.InferencePod;
import io.brainmatrix.operator.workload.SpecHash;
import io.brainmatrix.operator.workload.WorkloadNames;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** One pass over one node: read, decide, carry out the one action (R1). */
public final class NodeDesk {
    private static final Logger LOG = Logger.getLogger(NodeDesk.class);

    /**
     * A pod that does not start is found within this time; a failed mount shows only in an Event.
     */
    private static final Duration WHILE_STARTING = Duration.ofSeconds(1);

    /** The backstop while somebody waits, as often as the agent's heartbeat. */
    private static final Duration WHILE_WAITING = Freshness.FAST_HEARTBEAT;

    private final ClusterApi api;
    private final ClusterView cache;
    private final NodeReader reader;
    private final LaneKeeper lanes;
    private final PodKeeper pods;
    private final AdmissionPolicy policy;
    private final OperatorSettings settings;
    private final AtomicLong admissions = new AtomicLong();

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
    }

    /** What it reads from. */
    public ClusterView cache() {
        return cache;
    }

    /** Pods created by this process: lives begun. */
    public long admissions() {
        return admissions.get();
    }

    /** One pass; returns when to look again if nothing happens before. */
    public Optional<Duration> work(String node) {
        NodeSnapshot snapshot = reader.read(node);
        ask(node, snapshot);
        AdmissionDecision decision = policy.decide(snapshot);
        switch (decision.action()) {
            case Action.Nothing() -> removeUnused(node, snapshot);
            case Action.TakeLane(Candidate candidate) -> takeLane(node, candidate);
            case Action.CreatePod(Candidate candidate) -> create(node, candidate);
            case Action.ReleaseLane(Holder holder, _) -> release(node, holder);
            case Action.ReclaimLane(Holder holder) -> reclaim(node, holder);
            case Action.EndLoad(var pod, var end, String why) -> {
                LOG.infof(
                        "Ending a load node=%s namespace=%s pod=%s class=%s reason=%s",
                        node, pod.key().namespace(), pod.pod(), end, why);
                pods.stop(
                        pod.key().namespace(),
                        pod.pod(),
                        pod.podUid(),
                        end.name(),
                        Optional.of(why));
            }
        }
        return again(snapshot, decision);
    }

    private static Optional<Duration> again(NodeSnapshot snapshot, AdmissionDecision decision) {
        boolean starting =
                snapshot.occupants().stream()
                        .anyMatch(o -> !o.ended() && !o.everReady() && o.loadEnded().isEmpty());
        Stream<Duration> waits =
                Stream.of(
                                starting ? Optional.of(WHILE_STARTING) : Optional.<Duration>empty(),
                                decision.waiting().isEmpty() && snapshot.lane().holder().isEmpty()
                                        ? Optional.<Duration>empty()
                                        : Optional.of(WHILE_WAITING),
                                decision.lookAgain()
                                        .map(at -> Duration.between(snapshot.now(), at)))
                        .flatMap(Optional::stream);
        return waits.min(Duration::compareTo).map(d -> d.isPositive() ? d : Duration.ofMillis(10));
    }

    /**
     * Judges once more with lane and pods read just now: the cache may not know yet what was
     * admitted a moment ago.
     */
    private void takeLane(String node, Candidate candidate) {
        Optional<Lease> lease = lanes.read(node);
        List<Pod> present = present(node);
        boolean exists =
                present.stream()
                        .anyMatch(
                                p ->
                                        p.getMetadata().getName().equals(candidate.pod())
                                                && p.getMetadata()
                                                        .getNamespace()
                                                        .equals(candidate.key().namespace()));
        boolean confirmed =
                !exists
                        && policy.decide(reader.read(node, lease, present)).action()
                                instanceof Action.TakeLane(Candidate again)
                        && again.key().equals(candidate.key())
                        && again.pod().equals(candidate.pod());
        if (confirmed && lanes.take(node, lease, candidate.holder())) {
            LOG.infof(
                    "Lane taken node=%s namespace=%s pod=%s",
                    node, candidate.key().namespace(), candidate.pod());
            create(node, candidate);
        }
    }

    /** The node's pods: ours as the API server has them now, the others from the cache. */
    private List<Pod> present(String node) {
        return Stream.concat(
                        pods.ours().stream()
                                .filter(p -> PodReader.nodeOf(p).filter(node::equals).isPresent()),
                        cache.podsOn(node).stream().filter(p -> PodReader.matrixUidOf(p).isEmpty()))
                .toList();
    }

    private void create(String node, Candidate candidate) {
        Optional<BrainMatrix> matrix =
                cache.matrix(candidate.key().namespace(), candidate.key().matrix());
        Optional<Instance> instance =
                matrix.stream()
                        .flatMap(m -> m.getSpec().instances().stream())
                        .filter(i -> i.name().equals(candidate.key().instance()))
                        .findFirst();
        if (matrix.isEmpty() || instance.isEmpty()) {
            return; // the next pass releases the lane
        }
        PodKeeper.Creation creation =
                pods.create(pod(node, candidate, matrix.get(), instance.get()));
        switch (creation) {
            case PodKeeper.Creation.Created() -> {
                admissions.incrementAndGet();
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

    private Pod pod(String node, Candidate candidate, BrainMatrix matrix, Instance instance) {
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
                        cache.node(node).map(n -> n.getStatus().getNodeInfo().getBootID()),
                        model,
                        reader.volume(matrix, instance),
                        CandidatePolicy.loadTimeout(matrix.getSpec().admission()),
                        status.map(InstanceStatus::crashes).map(Crashes::recent).orElse(List.of()),
                        settings.inferenceImage(),
                        settings.pullPolicy()));
    }

    /**
     * Judges once more with lane and pods read just now: a cache that lags behind would give away
     * the lane under a pod that was created a moment ago.
     */
    private void release(String node, Holder holder) {
        Optional<Lease> lease = lanes.read(node);
        if (!(policy.decide(reader.read(node, lease, present(node))).action()
                        instanceof Action.ReleaseLane(Holder again, String why))
                || !again.equals(holder)) {
            return;
        }
        lease.filter(l -> holds(l, holder))
                .filter(lanes::release)
                .ifPresent(
                        released ->
                                LOG.infof(
                                        "Lane released node=%s namespace=%s pod=%s reason=%s",
                                        node, holder.namespace(), holder.pod(), why));
    }

    private void reclaim(String node, Holder holder) {
        if (lanes.take(node, lanes.read(node), holder)) {
            LOG.warnf(
                    "Lane reclaimed for a pod that loads without one node=%s namespace=%s pod=%s",
                    node, holder.namespace(), holder.pod());
        }
    }

    private void removeUnused(String node, NodeSnapshot snapshot) {
        boolean unused =
                snapshot.lane().holder().isEmpty()
                        && snapshot.lane().foreign().isEmpty()
                        && snapshot.occupants().isEmpty()
                        && snapshot.candidates().isEmpty();
        if (unused) {
            cache.lane(node).ifPresent(lanes::remove);
        }
    }

    private static boolean holds(Lease lease, Holder holder) {
        return lease.getSpec() != null
                && holder.identity().equals(lease.getSpec().getHolderIdentity());
    }

    /**
     * Tells the node's agent what the strictest of those that wait asks for, and whether to hurry.
     */
    private void ask(String node, NodeSnapshot snapshot) {
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
