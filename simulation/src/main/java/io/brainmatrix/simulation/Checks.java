package io.brainmatrix.simulation;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.Bytes;
import io.brainmatrix.api.v1alpha1.EndClass;
import io.brainmatrix.api.v1alpha1.Instance;
import io.brainmatrix.api.v1alpha1.InstanceStatus;
import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.brainmatrix.operator.workload.WorkloadNames;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The invariants, judged by the machines' truth: processes, memory and deaths as they are, never by
 * what the operator's ledger or cache believes.
 */
final class Checks implements PaperServer.Watcher {
    /** An invariant was broken. */
    static final class Violation extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Violation(String message) {
            super(message);
        }
    }

    /** What happened this recently, in ms, no operator can know: the lag, and a pass. */
    private static final long UNKNOWABLE = 2 * Faults.LONGEST_LAG;

    /** Two and a half heartbeats in ms, fast and slow, as the operator promises. */
    private static final long STALE_FAST = 25_000;

    private static final long STALE_SLOW = 150_000;

    /** Least settle window that any simulated matrix asks for, in ms. */
    private static final long LEAST_WINDOW = 1_000;

    private final World world;
    private final DeathChecks deaths;
    private final Map<String, Long> fastSince = new HashMap<>();
    private final Map<String, Long> bornAt = new HashMap<>();
    private final Map<String, String> lives = new HashMap<>();
    private final Set<String> said = new HashSet<>();
    private long admissions;
    private long early;

    Checks(World world) {
        this.world = world;
        deaths = new DeathChecks(world);
    }

    DeathChecks deaths() {
        return deaths;
    }

    /** Pods that the operators made. */
    long admissions() {
        return admissions;
    }

    /** Those of them that were made before any operator had heard that they were placed. */
    long early() {
        return early;
    }

    @Override
    public void changed(PaperServer.Change change) {
        if (change.after() instanceof Pod pod && change.before() == null) {
            bornAt.put(pod.getMetadata().getUid(), world.time.now());
            if (Pods.ours(pod)) {
                admissions++;
                early += isEarly(pod) ? 1 : 0;
                admitted(pod);
            }
        } else if (change.after() instanceof Pod pod
                && !Pods.over(pod)
                && Pods.annotation(pod, WorkloadNames.STOPPING) != null
                && change.before() instanceof Pod before
                && Pods.annotation(before, WorkloadNames.STOPPING) == null) {
            // It was dead already, and nobody had told yet: both names are right.
            PaperNode.Process process = world.process(pod.getMetadata().getUid());
            if (process != null) {
                process.mayBeCalled.addAll(DeathChecks.ENDED_BY_OPERATOR);
            }
            if (process != null && process.diedAt >= 0) {
                deaths.doubt(process);
            }
        }
        if (change.after() instanceof Pod pod
                && EndClass.LoadTimedOut.name()
                        .equals(Pods.annotation(pod, WorkloadNames.STOPPING))) {
            deaths.timedOut(pod);
        } else if (change.after() instanceof BrainMatrix now
                && change.before() instanceof BrainMatrix before) {
            note(now);
            world.models.told(now);
            if (!Objects.equals(
                    before.getMetadata().getGeneration(), now.getMetadata().getGeneration())) {
                deaths.edited(now);
            }
            deaths.counted(before, now);
        } else if (change.after() instanceof NodeMemory memory) {
            String node = memory.getMetadata().getName();
            if (memory.getSpec() != null && Boolean.TRUE.equals(memory.getSpec().fast())) {
                fastSince.putIfAbsent(node, world.time.now());
            } else {
                fastSince.remove(node);
            }
        }
    }

    // --- an admission ------------------------------------------------------------------------

    private boolean isEarly(Pod pod) {
        String matrix = Pods.annotation(pod, WorkloadNames.MATRIX_UID);
        String instance = pod.getMetadata().getLabels().get(WorkloadNames.INSTANCE);
        return world.operators().stream()
                .filter(PaperOperator::alive)
                .flatMap(o -> o.cache().matrices().stream())
                .filter(m -> m.getMetadata().getUid().equals(matrix))
                .map(BrainMatrix::getStatus)
                .filter(Objects::nonNull)
                .flatMap(status -> status.instances().stream())
                .filter(i -> i.name().equals(instance))
                .allMatch(i -> i.node() == null);
    }

    private void admitted(Pod pod) {
        PaperNode node = world.node(Pods.annotation(pod, WorkloadNames.NODE));
        if (node == null) {
            throw new Violation("a pod is pinned to no node: " + PaperServer.key(pod));
        }
        once(pod);
        oneAtATime(node, pod);
        room(node, pod);
        share(pod);
        fresh(node, pod);
        deaths.admitted(pod);
    }

    private void once(Pod pod) {
        String life =
                Pods.annotation(pod, WorkloadNames.MATRIX_UID) + "/" + pod.getMetadata().getName();
        String before = lives.putIfAbsent(life, pod.getMetadata().getUid());
        if (before != null) {
            throw new Violation("R1: life " + PaperServer.key(pod) + " began twice");
        }
    }

    /** A pod of ours that may hold memory, or will. */
    private boolean charged(PaperNode node, Pod pod) {
        if (!Pods.ours(pod) || !node.name().equals(Pods.nodeOf(pod))) {
            return false;
        }
        PaperNode.Process process = node.process(pod.getMetadata().getUid());
        if (process != null) {
            return process.diedAt < 0 && node.exists();
        }
        boolean neverBound =
                pod.getMetadata().getDeletionTimestamp() != null
                        && pod.getSpec().getNodeName() == null;
        return !neverBound && !Pods.over(pod);
    }

    private void oneAtATime(PaperNode node, Pod admitted) {
        long now = world.time.now();
        for (Pod pod : world.server.list(Pod.class)) {
            if (PaperServer.same(pod, admitted) || !charged(node, pod)) {
                continue;
            }
            PaperNode.Process process = node.process(pod.getMetadata().getUid());
            if (process == null || !process.serving(now)) {
                throw new Violation(
                        "R1: %s is let in on %s while %s is not ready yet"
                                .formatted(
                                        PaperServer.key(admitted),
                                        node.name(),
                                        PaperServer.key(pod)));
            }
            if (now < process.loadTo + LEAST_WINDOW) {
                throw new Violation(
                        "R1: %s is let in on %s %d ms after the load of %s"
                                .formatted(
                                        PaperServer.key(admitted),
                                        node.name(),
                                        now - process.loadTo,
                                        PaperServer.key(pod)));
            }
        }
    }

    private void room(PaperNode node, Pod admitted) {
        long shared = node.unified() ? Pods.gpu(admitted) : 0;
        long needed = needed(Pods.limit(admitted)) + needed(shared);
        long free = free(node, Optional.of(admitted));
        if (needed > free) {
            throw new Violation(
                    "R2: %s needs %s with its headroom, %s has %s"
                            .formatted(
                                    PaperServer.key(admitted),
                                    Bytes.text(needed),
                                    node.name(),
                                    Bytes.text(free)));
        }
        long onGpu = node.unified() ? 0 : needed(Pods.gpu(admitted));
        long gpuFree = node.gpu() - gpuPromised(node, Optional.of(admitted));
        if (onGpu > 0 && onGpu > gpuFree) {
            throw new Violation(
                    "R2: %s needs %s of GPU memory with its headroom, %s has %s"
                            .formatted(
                                    PaperServer.key(admitted),
                                    Bytes.text(onGpu),
                                    node.name(),
                                    Bytes.text(gpuFree)));
        }
    }

    /** Promised of a discrete GPU, by the node's own truth. */
    private long gpuPromised(PaperNode node, Optional<Pod> but) {
        return world.server.list(Pod.class).stream()
                .filter(p -> but.isEmpty() || !PaperServer.same(p, but.get()))
                .filter(p -> charged(node, p))
                .mapToLong(Pods::gpu)
                .sum();
    }

    /** All of one namespace. */
    private void share(Pod admitted) {
        Optional<Long> most = world.mostMemory();
        long promised = promised();
        if (most.isPresent() && promised > most.get()) {
            throw new Violation(
                    "R2: with %s its namespace has %s of %s"
                            .formatted(
                                    PaperServer.key(admitted),
                                    Bytes.text(promised),
                                    Bytes.text(most.get())));
        }
    }

    /** Promised to all of ours, on all nodes, by the nodes' own truth. */
    private long promised() {
        long promised = 0;
        for (Pod pod : world.server.list(Pod.class)) {
            String name = Pods.nodeOf(pod);
            PaperNode node = name == null ? null : world.node(name);
            if (node != null && charged(node, pod)) {
                promised += Pods.limit(pod) + Pods.gpu(pod);
            }
        }
        return promised;
    }

    private static long needed(long commitment) {
        return commitment + commitment * 20 / 100;
    }

    /** What the node can still promise now, by its own truth. */
    long free(PaperNode node) {
        return Math.min(free(node, Optional.empty()), measuredFree(node));
    }

    /** What the node can still promise, by its own truth. */
    private long free(PaperNode node, Optional<Pod> but) {
        long promised = 0;
        long foreign = 0;
        for (Pod pod : world.server.list(Pod.class)) {
            if (but.isPresent() && PaperServer.same(pod, but.get())) {
                continue;
            }
            if (charged(node, pod)) {
                promised += Pods.limit(pod) + (node.unified() ? Pods.gpu(pod) : 0);
            } else if (!Pods.ours(pod)
                    && node.name().equals(pod.getSpec().getNodeName())
                    && !Pods.over(pod)) {
                long age = world.time.now() - bornAt.getOrDefault(pod.getMetadata().getUid(), 0L);
                foreign += but.isPresent() && age < UNKNOWABLE ? 0 : Pods.request(pod);
            }
        }
        return node.allocatable() - node.reserve() - promised - foreign;
    }

    private void fresh(PaperNode node, Pod pod) {
        long now = world.time.now();
        Long fast = fastSince.get(node.name());
        boolean longFast = fast != null && now - fast > STALE_FAST + UNKNOWABLE;
        long bound = (longFast ? STALE_FAST : STALE_SLOW) + UNKNOWABLE;
        if (node.published() < 0 || now - node.published() > bound) {
            throw new Violation(
                    "R3: %s is let in on %s, whose agent has been silent for %d ms"
                            .formatted(PaperServer.key(pod), node.name(), now - node.published()));
        }
    }

    // --- what was said -----------------------------------------------------------------------

    private void note(BrainMatrix matrix) {
        if (matrix.getStatus() != null) {
            matrix.getStatus().instances().forEach(i -> said.add(String.valueOf(i.reason())));
            matrix.getStatus().conditions().forEach(c -> said.add(c.reason()));
        }
    }

    /** Every reason that a status had so far, of an instance or a condition. */
    Set<String> said() {
        return said;
    }

    // --- the end -----------------------------------------------------------------------------

    /** What is not as it should be once all is calm; empty when everything is. */
    Optional<String> unresolved() {
        for (BrainMatrix matrix : world.server.list(BrainMatrix.class)) {
            if (matrix.getMetadata().getDeletionTimestamp() != null) {
                return Optional.of("matrix " + PaperServer.key(matrix) + " does not go");
            }
            Optional<String> instance = unresolved(matrix);
            if (instance.isPresent()) {
                return instance;
            }
        }
        for (Lease lane : world.server.list(Lease.class)) {
            if (lane.getSpec() != null && lane.getSpec().getHolderIdentity() != null) {
                return Optional.of("R4: lane " + lane.getMetadata().getName() + " stays held");
            }
        }
        if (world.models.pending()) {
            return Optional.of("a model's file is still to come");
        }
        for (Pod pod : world.server.list(Pod.class)) {
            if (Pods.scout(pod)) {
                return Optional.of("scout " + PaperServer.key(pod) + " does not go");
            }
            if (Pods.ours(pod)
                    && (pod.getMetadata().getDeletionTimestamp() != null || Pods.over(pod))) {
                return Optional.of("pod " + PaperServer.key(pod) + " does not go");
            }
        }
        return Optional.empty();
    }

    private Optional<String> unresolved(BrainMatrix matrix) {
        Map<String, InstanceStatus> statuses = new HashMap<>();
        if (matrix.getStatus() != null) {
            matrix.getStatus().instances().forEach(i -> statuses.put(i.name(), i));
        }
        for (Instance instance : matrix.getSpec().instances()) {
            InstanceStatus status = statuses.get(instance.name());
            String name = PaperServer.key(matrix) + "/" + instance.name();
            if (status == null) {
                return Optional.of(name + " is not described");
            }
            Optional<String> forgotten =
                    deaths.forgotten(matrix.getMetadata().getUid() + "/" + instance.name(), status);
            if (forgotten.isPresent()) {
                return forgotten;
            }
            boolean serves = serves(matrix, instance.name());
            if (serves && !Boolean.TRUE.equals(matrix.getSpec().suspend())) {
                continue;
            }
            if (Boolean.TRUE.equals(matrix.getSpec().suspend())) {
                if (serves) {
                    return Optional.of(name + " runs although suspended");
                }
                continue;
            }
            boolean never = !Boolean.TRUE.equals(status.startedOnce());
            boolean waits =
                    never
                            && instance.watches() != null
                            && instance.watches().stream()
                                    .map(statuses::get)
                                    .anyMatch(
                                            s ->
                                                    s == null
                                                            || !Boolean.TRUE.equals(
                                                                    s.startedOnce()));
            boolean exhausted =
                    status.crashes() != null
                            && status.crashes().consecutive() != null
                            && status.crashes().consecutive() > 3;
            Quantity share = instance.budget().gpu();
            long budget = Bytes.of(instance.budget().ram()) + (share == null ? 0 : Bytes.of(share));
            boolean over = world.mostMemory().filter(m -> promised() + budget > m).isPresent();
            if (waits || exhausted || over) {
                continue;
            }
            long needed = needed(Bytes.of(instance.budget().ram()));
            Quantity gpu = instance.budget().gpu();
            long onGpu = gpu == null ? 0 : needed(Bytes.of(gpu));
            List<String> could =
                    world.nodes().stream()
                            .filter(PaperNode::exists)
                            .filter(n -> world.models.isOn(n.name()))
                            .filter(n -> memory(n, needed, onGpu) <= free(n, Optional.empty()))
                            .filter(n -> memory(n, needed, onGpu) <= measuredFree(n))
                            .filter(n -> n.unified() || onGpu <= gpuFree(n))
                            .map(PaperNode::name)
                            .toList();
            if (!could.isEmpty()) {
                return Optional.of(
                        "R4: %s could run on %s and is %s on %s: %s"
                                .formatted(
                                        name,
                                        could,
                                        status.reason(),
                                        status.node(),
                                        status.message()));
            }
        }
        return Optional.empty();
    }

    private boolean serves(BrainMatrix matrix, String instance) {
        String owner = matrix.getMetadata().getUid() + "/" + instance;
        return world.server.list(Pod.class).stream()
                .filter(p -> Pods.ours(p) && DeathChecks.owner(p).equals(owner))
                .map(p -> world.process(p.getMetadata().getUid()))
                .anyMatch(p -> p != null && p.serving(world.time.now()));
    }

    private static long memory(PaperNode node, long ram, long gpu) {
        return node.unified() ? ram + gpu : ram;
    }

    /** Free on a discrete GPU, by promises and by measurement. */
    private long gpuFree(PaperNode node) {
        long unused = 0;
        for (PaperNode.Process process : node.processes()) {
            unused += process.ours && process.alive() ? gpuUnused(process) : 0;
        }
        return Math.min(
                node.gpu() - gpuPromised(node, Optional.empty()) - node.gpuHostUse(),
                node.gpu() - node.gpuUsed() - unused);
    }

    private long gpuUnused(PaperNode.Process process) {
        return Math.max(0, process.gpu - process.gpuUsed(world.time.now()));
    }

    private long measuredFree(PaperNode node) {
        long unused = 0;
        for (PaperNode.Process process : node.processes()) {
            if (process.ours && process.alive()) {
                unused += Math.max(0, process.limit - process.used(world.time.now()));
                unused += node.unified() ? gpuUnused(process) : 0;
            }
        }
        return node.available() - unused - node.reserve();
    }
}
