package io.brainmatrix.operator.kube;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.EndClass;
import io.brainmatrix.api.v1alpha1.InstanceStatus;
import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.brainmatrix.operator.admission.Action;
import io.brainmatrix.operator.admission.AdmissionDecision;
import io.brainmatrix.operator.admission.AdmissionPolicy;
import io.brainmatrix.operator.admission.Candidate;
import io.brainmatrix.operator.admission.Holder;
import io.brainmatrix.operator.admission.Lane;
import io.brainmatrix.operator.admission.NodeSnapshot;
import io.brainmatrix.operator.admission.Occupant;
import io.brainmatrix.operator.workload.WorkloadNames;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** One pass over one node: read, decide, carry out the one action (R1). */
public final class NodeDesk {
    private static final Logger LOG = Logger.getLogger(NodeDesk.class);

    /**
     * A pod that does not start is found within this time; a failed mount shows only in an Event.
     */
    private static final Duration WHILE_STARTING = Duration.ofSeconds(1);

    /** Until somebody is let in ahead of the pass that would have done it. */
    private static final Duration WHILE_BUSY = Duration.ofMillis(20);

    /** The backstop while somebody waits, as often as the agent's heartbeat. */
    private static final Duration WHILE_WAITING = Freshness.FAST_HEARTBEAT;

    private final ClusterView cache;
    private final NodeReader reader;
    private final LaneKeeper lanes;
    private final PodKeeper pods;
    private final AdmissionPolicy policy;
    private final NodeSweep sweep;
    private final AgentRequests agents;
    private final SecondLook second;
    private final Admitter admitter;

    /** Nodes that are being worked on: what one pass has just taken, no other may judge. */
    private final Set<String> busy = ConcurrentHashMap.newKeySet();

    /** Works with what it is given; the policy is a port so that a test can take the gate away. */
    public NodeDesk(
            ClusterApi api,
            ClusterView cache,
            NodeReader reader,
            LaneKeeper lanes,
            PodKeeper pods,
            AdmissionPolicy policy,
            OperatorSettings settings) {
        this.cache = cache;
        this.reader = reader;
        this.lanes = lanes;
        this.pods = pods;
        this.policy = policy;
        this.sweep = new NodeSweep(api, cache, pods, lanes);
        this.agents = new AgentRequests(api, cache);
        this.second = new SecondLook(api, cache, reader, pods, policy, settings);
        this.admitter = new Admitter(api, cache, reader, lanes, pods, policy, settings, second);
    }

    /** What it reads from. */
    public ClusterView cache() {
        return cache;
    }

    /** Pods created by this process: lives begun. */
    public long admissions() {
        return admitter.admissions();
    }

    /**
     * One pass; returns when to look again if nothing happens before.
     *
     * <p>Every action is decided twice: from the cache, which costs nothing, and once more from the
     * pods and the matrix as the API server has them now. Each kind lags behind by itself, so the
     * cache may show a matrix from before a life began beside pods from after it ended.
     */
    public Optional<Duration> work(String node) {
        if (!busy.add(node)) {
            return Optional.of(WHILE_BUSY);
        }
        try {
            return pass(node);
        } finally {
            busy.remove(node);
        }
    }

    private Optional<Duration> pass(String node) {
        sweep.removeOrphans(node);
        NodeSnapshot cached = reader.read(node);
        AdmissionDecision decision = policy.decide(cached);
        if (decision.action() instanceof Action.Nothing) {
            sweep.removeUnused(node, cached);
        } else if (!admitter.justMade(node, decision.action(), cached.now())) {
            confirm(node, decision.action(), cached.now());
        }
        agents.ask(
                node, cached, lane(node, cached)); // last: whoever is let in need not wait for it
        return again(cached, decision);
    }

    /** Whoever was let in by this very pass holds it: one write says so and that it loads. */
    private Lane lane(String node, NodeSnapshot cached) {
        return admitter.letInBy(node, cached.now()).map(Lane::heldBy).orElse(cached.lane());
    }

    /**
     * Begins to take the lane of a node for whom a status that is about to be written places there,
     * if that status would have the next pass take it. Nobody else works on the node until the
     * answer is closed.
     *
     * @param next the matrix with that status
     * @return empty when that one would not be let in at once, or the node is being worked on
     */
    public Optional<Admitter.Early> early(String node, BrainMatrix next) {
        if (!busy.add(node)) {
            return Optional.empty();
        }
        Optional<Admitter.Early> begun = Optional.empty();
        try {
            begun = admitter.early(node, next, () -> busy.remove(node));
            return begun;
        } finally {
            if (begun.isEmpty()) {
                busy.remove(node);
            }
        }
    }

    private void confirm(String node, Action wanted, Instant now) {
        if (wanted instanceof Action.TakeLane(Candidate candidate)) {
            admitter.takeLane(node, candidate, now);
            return;
        }
        SecondLook.Seen latest = second.look(node, wanted, lanes.read(node));
        switch (latest.action()) {
            case Action.CreatePod(Candidate candidate)
                    when wanted instanceof Action.CreatePod(Candidate first)
                            && SecondLook.same(first, candidate) ->
                    admitter.create(
                            node,
                            candidate,
                            latest.matrix().orElseThrow(),
                            () -> admitter.bootId(node),
                            now);
            case Action.ReleaseLane(Holder holder, String why)
                    when wanted instanceof Action.ReleaseLane(Holder first, _)
                            && first.equals(holder) ->
                    lanes.release(node, holder, why, latest.lease());
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

    private void endLoad(String node, Occupant pod, EndClass end, String why) {
        LOG.infof(
                "Ending a load node=%s namespace=%s pod=%s class=%s reason=%s",
                node, pod.key().namespace(), pod.pod(), end, why);
        pods.stop(pod.key().namespace(), pod.pod(), pod.podUid(), end.name(), Optional.of(why));
    }

    private static Optional<Duration> again(NodeSnapshot snapshot, AdmissionDecision decision) {
        Optional<Duration> starting =
                snapshot.occupants().stream()
                        .filter(o -> o.loading() && !o.loaded())
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

    private void reclaim(String node, Holder holder, SecondLook.Seen latest) {
        if (lanes.take(node, latest.lease(), holder, 0)) { // its pod says what it is promised
            LOG.warnf(
                    "Lane reclaimed for a pod that loads without one node=%s namespace=%s pod=%s",
                    node, holder.namespace(), holder.pod());
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
