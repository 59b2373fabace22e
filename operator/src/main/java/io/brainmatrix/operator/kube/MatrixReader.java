package io.brainmatrix.operator.kube;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.Budget;
import io.brainmatrix.api.v1alpha1.Instance;
import io.brainmatrix.api.v1alpha1.InstanceStatus;
import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.brainmatrix.api.v1alpha1.Placement;
import io.brainmatrix.api.v1alpha1.PodMemory;
import io.brainmatrix.api.v1alpha1.Reason;
import io.brainmatrix.operator.admission.AdmissionPolicy;
import io.brainmatrix.operator.admission.CandidatePolicy;
import io.brainmatrix.operator.admission.Commitment;
import io.brainmatrix.operator.admission.InstanceKey;
import io.brainmatrix.operator.admission.Ledger;
import io.brainmatrix.operator.admission.NodeSnapshot;
import io.brainmatrix.operator.admission.Room;
import io.brainmatrix.operator.admission.Waiting;
import io.brainmatrix.operator.matrix.MatrixSnapshot;
import io.brainmatrix.operator.matrix.PodView;
import io.brainmatrix.operator.matrix.ScoutPolicy;
import io.brainmatrix.operator.placement.NodeView;
import io.brainmatrix.operator.placement.PlacementDemand;
import io.brainmatrix.operator.placement.PlacementPlan;
import io.brainmatrix.operator.placement.PlacementPolicy;
import io.brainmatrix.operator.workload.ScoutPod;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.node.v1.RuntimeClass;
import io.fabric8.kubernetes.api.model.node.v1.Scheduling;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads everything that a decision about one matrix needs, from the cache. */
public final class MatrixReader {
    private final ClusterView cache;
    private final NodeReader nodes;
    private final AdmissionPolicy gate;
    private final Clock clock;

    /** The gate is asked once more here, for the reasons that the status shows. */
    public MatrixReader(ClusterView cache, NodeReader nodes, AdmissionPolicy gate, Clock clock) {
        this.cache = cache;
        this.nodes = nodes;
        this.gate = gate;
        this.clock = clock;
    }

    /** The present state of a matrix, from the cache alone. */
    public MatrixSnapshot read(BrainMatrix matrix) {
        return read(matrix, cache::node);
    }

    /**
     * The present state of a matrix.
     *
     * @param nodeOf finds a pod's node: an end is told from its node's reboot by the boot id, and a
     *     cache may know the end before it knows the reboot
     */
    public MatrixSnapshot read(BrainMatrix matrix, Function<String, Optional<Node>> nodeOf) {
        Instant now = clock.instant();
        List<PodView> pods =
                cache.podsOf(matrix.getMetadata().getUid()).stream()
                        .map(pod -> view(matrix, pod, nodeOf, now))
                        .toList();
        Map<String, PodMemory> memory = new HashMap<>();
        pods.stream()
                .flatMap(p -> p.node().stream())
                .distinct()
                .flatMap(node -> cache.nodeMemory(node).stream())
                .map(NodeMemory::getStatus)
                .filter(Objects::nonNull)
                .forEach(s -> s.instances().forEach(p -> memory.put(p.podUid(), p)));
        Map<String, PlacementPlan> placements = placements(matrix, pods);
        Map<InstanceKey, Waiting> waiting = new HashMap<>();
        placedOn(matrix).forEach(node -> waiting.putAll(gate.decide(nodes.read(node)).waiting()));
        return new MatrixSnapshot(
                matrix,
                now,
                pods,
                nodes.hashes(matrix),
                nodes.modelHindrances(matrix),
                memory,
                waiting,
                placements,
                ScoutKeeper.of(cache, matrix),
                roomForScouts(matrix));
    }

    /** Of the nodes where a model was found missing or wrong. */
    private Set<String> roomForScouts(BrainMatrix matrix) {
        return matrix.getStatus() == null
                ? Set.of()
                : matrix.getStatus().instances().stream()
                        .flatMap(
                                i ->
                                        Stream.concat(
                                                i.modelMissingOn().stream(),
                                                ScoutPolicy.givesWayAt(i).stream()
                                                        .map(at -> String.valueOf(i.node()))))
                        .distinct()
                        .filter(node -> account(node).free().memory() >= ScoutPod.MEMORY)
                        .collect(Collectors.toSet());
    }

    private PodView view(
            BrainMatrix matrix, Pod pod, Function<String, Optional<Node>> nodeOf, Instant now) {
        Optional<String> node = PodReader.nodeOf(pod);
        return PodReader.view(
                pod,
                node.flatMap(nodeOf),
                node.flatMap(cache::nodeMemory).map(NodeMemory::getStatus),
                PodReader.isCounted(pod.getMetadata().getUid(), matrix),
                nodes::endedByItsKubelet,
                now);
    }

    private static List<String> placedOn(BrainMatrix matrix) {
        return matrix.getStatus() == null
                ? List.of()
                : matrix.getStatus().instances().stream()
                        .map(InstanceStatus::node)
                        .filter(Objects::nonNull)
                        .distinct()
                        .toList();
    }

    private Map<String, PlacementPlan> placements(BrainMatrix matrix, List<PodView> pods) {
        Map<String, PlacementPlan> placements = new HashMap<>();
        Map<String, List<Budget>> taken = new HashMap<>();
        Map<String, Account> accounts = new HashMap<>();
        for (Instance instance : matrix.getSpec().instances()) {
            if (pods.stream().anyMatch(p -> p.instance().equals(instance.name()))) {
                continue;
            }
            PlacementPlan plan =
                    PlacementPolicy.place(
                            demand(matrix, instance), nodeViews(matrix, accounts, taken));
            placements.put(instance.name(), plan);
            if (plan instanceof PlacementPlan.Place(String node)) {
                taken.computeIfAbsent(node, n -> new ArrayList<>()).add(instance.budget());
            }
        }
        return placements;
    }

    private PlacementDemand demand(BrainMatrix matrix, Instance instance) {
        Placement placement = matrix.getSpec().placement();
        List<Toleration> tolerations =
                placement == null || placement.tolerations() == null
                        ? List.of()
                        : placement.tolerations();
        Optional<Scheduling> runtime =
                Optional.ofNullable(placement)
                        .map(Placement::runtimeClassName)
                        .flatMap(cache::runtimeClass)
                        .map(RuntimeClass::getScheduling);
        Map<String, String> labels = new HashMap<>();
        runtime.map(Scheduling::getNodeSelector).ifPresent(labels::putAll);
        if (placement != null && placement.nodeSelector() != null) {
            labels.putAll(placement.nodeSelector());
        }
        return new PlacementDemand(
                instance.budget(),
                CandidatePolicy.headroomPercent(matrix.getSpec().admission()),
                labels,
                Stream.concat(
                                tolerations.stream(),
                                runtime.map(Scheduling::getTolerations).stream()
                                        .flatMap(List::stream))
                        .map(MatrixReader::tolerated)
                        .toList(),
                status(matrix, instance.name()).map(InstanceStatus::node),
                status(matrix, instance.name())
                        .map(s -> Set.copyOf(s.modelMissingOn()))
                        .orElse(Set.of()));
    }

    private static Optional<InstanceStatus> status(BrainMatrix matrix, String instance) {
        return matrix.getStatus() == null
                ? Optional.empty()
                : matrix.getStatus().instances().stream()
                        .filter(s -> s.name().equals(instance))
                        .findFirst();
    }

    private List<NodeView> nodeViews(
            BrainMatrix matrix, Map<String, Account> accounts, Map<String, List<Budget>> taken) {
        Map<String, List<Budget>> waiting = waiting(matrix);
        return cache.nodes().stream()
                .map(
                        node -> {
                            String name = node.getMetadata().getName();
                            return view(
                                    node,
                                    accounts.computeIfAbsent(name, this::account),
                                    Stream.concat(
                                                    taken.getOrDefault(name, List.of()).stream(),
                                                    waiting.getOrDefault(name, List.of()).stream())
                                            .toList());
                        })
                .toList();
    }

    /**
     * What other matrices' instances, those that have no pod yet, were placed on each node for;
     * this matrix's count as {@code taken} instead.
     */
    private Map<String, List<Budget>> waiting(BrainMatrix matrix) {
        Map<String, List<Budget>> waiting = new HashMap<>();
        for (BrainMatrix other : cache.matrices()) {
            boolean own = other.getMetadata().getUid().equals(matrix.getMetadata().getUid());
            if (own || other.getStatus() == null || other.getSpec() == null) {
                continue;
            }
            Map<String, Budget> budgets =
                    other.getSpec().instances().stream()
                            .collect(
                                    Collectors.toMap(
                                            Instance::name, Instance::budget, (a, b) -> a));
            for (InstanceStatus status : other.getStatus().instances()) {
                Budget budget = budgets.get(status.name());
                boolean waits =
                        status.pod() == null
                                && status.reason() != Reason.Suspended
                                && status.reason() != Reason.TooManyDeaths;
                if (budget != null && status.node() != null && waits) {
                    waiting.computeIfAbsent(status.node(), n -> new ArrayList<>()).add(budget);
                }
            }
        }
        return waiting;
    }

    /**
     * What a node can give.
     *
     * @param free now; while somebody loads there only by promises, since measured memory moves
     * @param most if none of ours were there
     */
    private record Account(boolean unified, Room free, Room most, boolean hasAgent) {}

    private Account account(String node) {
        NodeSnapshot snapshot = nodes.occupied(node);
        boolean unified = NodeReader.unified(cache.nodeMemory(node));
        if (snapshot.reading().isEmpty()) {
            return new Account(
                    unified,
                    new Room(0, 0),
                    new Room(snapshot.allocatable() - snapshot.foreign(), 0),
                    false);
        }
        Ledger ledger = Ledger.of(snapshot, snapshot.reading().get());
        return new Account(unified, ledger.now(snapshot), ledger.most(), true);
    }

    private static NodeView view(Node node, Account account, List<Budget> waiting) {
        String name = node.getMetadata().getName();
        List<Taint> taints =
                node.getSpec() == null || node.getSpec().getTaints() == null
                        ? List.of()
                        : node.getSpec().getTaints();
        return new NodeView(
                name,
                NodeReader.ready(node),
                NodeReader.schedulable(node),
                Optional.ofNullable(node.getMetadata().getLabels()).orElse(Map.of()),
                taints.stream()
                        .filter(t -> !"PreferNoSchedule".equals(t.getEffect()))
                        // Conditions that the node controller mirrors as taints are judged as
                        // conditions.
                        .filter(t -> !t.getKey().startsWith("node.kubernetes.io/"))
                        .map(
                                t ->
                                        new NodeView.Taint(
                                                t.getKey(),
                                                Objects.requireNonNullElse(t.getValue(), ""),
                                                t.getEffect()))
                        .toList(),
                account.unified(),
                account.free(),
                waiting.stream()
                        .map(budget -> Commitment.of(budget, account.unified()))
                        .reduce(Commitment.none(account.unified()), Commitment::plus),
                account.most(),
                account.hasAgent());
    }

    private static PlacementDemand.Tolerated tolerated(Toleration toleration) {
        return new PlacementDemand.Tolerated(
                Objects.requireNonNullElse(toleration.getKey(), ""),
                "Exists".equals(toleration.getOperator()),
                Objects.requireNonNullElse(toleration.getValue(), ""),
                Objects.requireNonNullElse(toleration.getEffect(), ""));
    }
}
