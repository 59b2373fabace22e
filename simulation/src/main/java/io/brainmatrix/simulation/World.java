package io.brainmatrix.simulation;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.InstanceStatus;
import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.brainmatrix.operator.kube.NamespaceLimits;
import io.brainmatrix.operator.workload.WorkloadNames;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One history: everything that there is, and the controllers that are not ours. */
final class World {
    private Optional<Long> mostMemory = Optional.empty();

    /** All kinds that a cache holds. */
    static final List<Class<? extends HasMetadata>> KINDS =
            List.of(
                    BrainMatrix.class,
                    NodeMemory.class,
                    Pod.class,
                    Node.class,
                    Lease.class,
                    PersistentVolumeClaim.class,
                    PersistentVolume.class,
                    Service.class);

    /** Happenings that may come between two calls of one pass. */
    private static final int BETWEEN_CALLS = 3;

    final VirtualTime time;
    final Faults faults;
    final PaperServer server;
    final Checks checks;
    final ModelFiles models;
    final Ailing ailing;
    private final List<PaperNode> nodes = new ArrayList<>();
    private final List<PaperOperator> operators = new ArrayList<>();
    private int operatorNames = 1;
    private int depth;

    World(long seed) {
        time = new VirtualTime(seed);
        faults = new Faults(time);
        server = new PaperServer(time);
        checks = new Checks(this);
        models = new ModelFiles(this, seed);
        ailing = new Ailing(this, seed);
        server.watch(checks);
        server.watch(change -> operators.forEach(o -> o.cache().changed(change)));
        server.watch(this::controllers);
    }

    List<PaperNode> nodes() {
        return nodes;
    }

    List<PaperOperator> operators() {
        return operators;
    }

    /** Of the one namespace that people use: bytes, or no bound. */
    Optional<Long> mostMemory() {
        return mostMemory;
    }

    void mostMemory(long bytes) {
        mostMemory = Optional.of(bytes);
    }

    /** As the chart would say it. */
    NamespaceLimits limits() {
        return mostMemory
                .map(
                        bytes ->
                                NamespaceLimits.parse(
                                        "{\"*\": {\"maxMemory\": \"%d\"}}".formatted(bytes)))
                .orElseGet(NamespaceLimits::none);
    }

    void addNode(long capacity, long gpu) {
        nodes.add(new PaperNode(this, "node" + (nodes.size() + 1), capacity, gpu));
        models.node(nodes.getLast());
    }

    void startOperator() {
        operators.removeIf(o -> !o.alive());
        operators.add(new PaperOperator(this, "operator" + operatorNames++));
    }

    PaperNode.@Nullable Process process(String podUid) {
        for (PaperNode node : nodes) {
            PaperNode.Process process = node.process(podUid);
            if (process != null) {
                return process;
            }
        }
        return null;
    }

    @Nullable PaperNode node(@Nullable String name) {
        return nodes.stream().filter(n -> n.name().equals(name)).findFirst().orElse(null);
    }

    /** Between two calls of an operator others act, now and then. */
    void goOn() {
        if (depth > BETWEEN_CALLS || faults.isCalm() || !time.chance(0.2)) {
            return;
        }
        depth++;
        try {
            for (long i = time.between(1, BETWEEN_CALLS); i > 0; i--) {
                time.step();
            }
        } finally {
            depth--;
        }
    }

    // --- scheduler, volume binder, garbage collector, kubelets' watches ----------------------

    private void controllers(PaperServer.Change change) {
        switch (change.after()) {
            case Pod pod -> podChanged(pod);
            case PersistentVolume volume when change.before() == null ->
                    time.in(time.between(20, 400), () -> bind(volume));
            case NodeMemory now -> {
                PaperNode node = node(now.getMetadata().getName());
                NodeMemory before = (NodeMemory) change.before();
                if (node != null && before != null) {
                    node.asked(before.getSpec(), now.getSpec());
                }
            }
            case null -> collect(change);
            default -> {}
        }
    }

    void podChanged(Pod pod) {
        String bound = pod.getSpec().getNodeName();
        PaperNode node = node(bound);
        if (bound == null) {
            time.in(time.between(10, 200), () -> schedule(pod));
        } else if (node != null && node.kubeletUp()) {
            if (pod.getMetadata().getDeletionTimestamp() != null && !Pods.over(pod)) {
                time.in(time.between(10, 300), () -> node.terminate(pod));
            } else if (!Pods.over(pod) && node.process(pod.getMetadata().getUid()) == null) {
                node.bound(pod);
            }
        }
    }

    private void schedule(Pod seen) {
        Pod pod =
                server.get(
                                Pod.class,
                                seen.getMetadata().getNamespace(),
                                seen.getMetadata().getName())
                        .orElse(null);
        if (pod == null
                || !PaperServer.same(pod, seen)
                || pod.getSpec().getNodeName() != null
                || pod.getMetadata().getDeletionTimestamp() != null) {
            return;
        }
        PaperNode node = node(Pods.annotation(pod, WorkloadNames.NODE));
        if (node == null) {
            return; // its node will never be
        }
        boolean fits =
                node.exists()
                        && !node.cordoned()
                        && Pods.request(pod) + requested(node) <= node.allocatable();
        if (fits) {
            server.edit(
                    Pod.class,
                    PaperServer.key(pod),
                    p -> {
                        Pod other = PaperServer.shallow(p);
                        other.setSpec(
                                new PodSpecBuilder(p.getSpec()).withNodeName(node.name()).build());
                        other.setStatus(new PodStatusBuilder().withPhase("Pending").build());
                        return other;
                    });
            return;
        }
        boolean told = pod.getStatus() != null && !pod.getStatus().getConditions().isEmpty();
        if (!told) {
            server.edit(
                    Pod.class,
                    PaperServer.key(pod),
                    p -> {
                        Pod other = PaperServer.shallow(p);
                        other.setStatus(
                                new PodStatusBuilder()
                                        .withPhase("Pending")
                                        .withConditions(
                                                new PodConditionBuilder()
                                                        .withType("PodScheduled")
                                                        .withStatus("False")
                                                        .withReason("Unschedulable")
                                                        .withMessage("0/1 nodes are available")
                                                        .build())
                                        .build());
                        return other;
                    });
        }
        time.in(2_000, () -> schedule(pod));
    }

    private long requested(PaperNode node) {
        return server.list(Pod.class).stream()
                .filter(p -> node.name().equals(p.getSpec().getNodeName()) && !Pods.over(p))
                .mapToLong(Pods::request)
                .sum();
    }

    /** The volume names its claim by its UID: the binder takes the claim up at once. */
    private void bind(PersistentVolume volume) {
        ObjectReference reference = volume.getSpec().getClaimRef();
        String key = reference.getNamespace() + "/" + reference.getName();
        boolean there =
                server.list(PersistentVolumeClaim.class).stream()
                        .anyMatch(c -> reference.getUid().equals(c.getMetadata().getUid()));
        if (!there) {
            return; // it went meanwhile
        }
        server.edit(
                PersistentVolumeClaim.class,
                key,
                c -> {
                    PersistentVolumeClaim other = PaperServer.shallow(c);
                    other.setStatus(
                            new PersistentVolumeClaimStatusBuilder().withPhase("Bound").build());
                    return other;
                });
    }

    /** What a matrix owned goes after it. */
    private void collect(PaperServer.Change change) {
        if (!(change.before() instanceof BrainMatrix gone)) {
            return;
        }
        time.in(
                time.between(50, 1_000),
                () -> {
                    for (Class<? extends HasMetadata> kind :
                            List.of(Pod.class, Service.class, PersistentVolumeClaim.class)) {
                        for (HasMetadata object : server.list(kind)) {
                            boolean owned =
                                    object.getMetadata().getOwnerReferences().stream()
                                            .map(OwnerReference::getUid)
                                            .anyMatch(gone.getMetadata().getUid()::equals);
                            if (owned) {
                                server.delete(
                                        kind,
                                        PaperServer.key(object),
                                        object.getMetadata().getUid());
                            }
                        }
                    }
                });
    }

    /** What a line of history tells beyond the name. */
    static String detail(HasMetadata object) {
        return switch (object) {
            case Lease lease ->
                    " holder "
                            + (lease.getSpec() == null
                                    ? null
                                    : lease.getSpec().getHolderIdentity());
            case BrainMatrix matrix -> {
                StringBuilder text = new StringBuilder();
                if (matrix.getStatus() != null) {
                    for (InstanceStatus instance : matrix.getStatus().instances()) {
                        text.append(' ')
                                .append(instance.name())
                                .append('=')
                                .append(instance.reason())
                                .append('@')
                                .append(instance.node());
                    }
                }
                yield text.toString();
            }
            default -> "";
        };
    }
}
