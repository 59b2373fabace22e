package io.brainmatrix.simulation;

import io.brainmatrix.api.v1alpha1.Bytes;
import io.brainmatrix.api.v1alpha1.Durations;
import io.brainmatrix.api.v1alpha1.EndClass;
import io.brainmatrix.api.v1alpha1.GpuMemory;
import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.brainmatrix.api.v1alpha1.NodeMemorySpec;
import io.brainmatrix.api.v1alpha1.NodeMemoryStatus;
import io.brainmatrix.api.v1alpha1.OomKills;
import io.brainmatrix.api.v1alpha1.PodMemory;
import io.brainmatrix.operator.workload.WorkloadNames;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One machine: its memory, its kubelet and its agent. What happens here is the truth. */
final class PaperNode {
    static final long MI = 1L << 20;
    static final long GI = 1L << 30;

    /** A real agent notices within a few samples. */
    private static final long NOTICE = 300;

    /** A process, from its container's start until its memory is free. Times in virtual ms. */
    static final class Process {
        final String podUid;
        final String pod;
        final long limit;
        final boolean ours;
        final boolean scout;

        /** It was sent to a file that is there, and wrong. */
        final boolean scoutsForAnother;

        final long steady;
        final long gpu;
        final long gpuSteady;
        final long loads;
        boolean mountFails;
        boolean imageFails;
        long started = -1;
        long loadFrom = -1;
        long loadTo = -1;
        long servesAt = -1;
        long readyAt = -1;
        long diedAt = -1;
        long freeAt = -1;
        double heldAtDeath;
        int exitCode;
        @Nullable String reason;

        /** What the kubelet says of the whole pod. */
        @Nullable String podReason;

        boolean evicted;

        /** Its kubelet ends it, and has said so by an Event. */
        boolean endedByKubelet;

        /** The kubelet tells the container's end first, and what it makes of the pod later. */
        boolean containerTold;

        boolean phaseTold;

        /** What really ended it; null when somebody asked for its end. */
        @Nullable EndClass cause;

        /** The names that its end may get, by all that happened to it and its node. */
        final Set<EndClass> mayBeCalled = EnumSet.noneOf(EndClass.class);

        /** What its termination message says of its memory. */
        long lastPeak;

        @Nullable String bootId;
        @Nullable Instant startedByNode;
        @Nullable Instant diedByNode;

        /** Whose death its end was, and whether the operator is sure to hear of it. */
        @Nullable String deathOf;

        boolean certain;
        @Nullable Instant loadStartedByNode;
        @Nullable Instant loadEndedByNode;

        Process(
                Pod pod,
                long limit,
                boolean ours,
                long steady,
                long gpu,
                long gpuSteady,
                long loads) {
            podUid = pod.getMetadata().getUid();
            this.pod = PaperServer.key(pod);
            this.limit = limit;
            this.ours = ours;
            scout = Pods.scout(pod);
            scoutsForAnother = Pods.scoutForAnother(pod);
            this.steady = steady;
            this.gpu = gpu;
            this.gpuSteady = gpuSteady;
            this.loads = loads;
        }

        boolean alive() {
            return started >= 0 && diedAt < 0;
        }

        /** Its first token is out. */
        boolean serving(long now) {
            return alive() && servesAt >= 0 && now >= servesAt;
        }

        /** The kubelet's probe has found that out. */
        boolean probed(long now) {
            return alive() && readyAt >= 0 && now >= readyAt;
        }

        long used(long now) {
            return (long) (steady * held(now));
        }

        long gpuUsed(long now) {
            return (long) (gpuSteady * held(now));
        }

        /** How much of what it takes it has now, from 0 to 1. */
        double held(long now) {
            if (started < 0) {
                return 0;
            }
            if (diedAt >= 0) {
                return now >= freeAt || freeAt == diedAt
                        ? 0
                        : heldAtDeath * (freeAt - now) / (freeAt - diedAt);
            }
            if (loadFrom < 0 || now < loadFrom) {
                return 0;
            }
            return now >= loadTo ? 1 : (double) (now - loadFrom) / Math.max(1, loadTo - loadFrom);
        }
    }

    /** Names of an end that nobody but somebody else's wish explains. */
    private static final Set<EndClass> ASKED =
            EnumSet.of(EndClass.Killed, EndClass.LoadTimedOut, EndClass.Evicted);

    private static final Set<EndClass> NEVER_STARTED =
            EnumSet.of(
                    EndClass.PodRefused,
                    EndClass.ImageUnavailable,
                    EndClass.MountFailed,
                    EndClass.Unschedulable,
                    EndClass.LoadTimedOut,
                    EndClass.NodeRebooted, // before it could start
                    EndClass.Evicted);

    /** Names of a SIGKILL while the kernel kills for memory. */
    private static final Set<EndClass> KILLED =
            EnumSet.of(EndClass.Killed, EndClass.OutOfMemory, EndClass.NodeOutOfMemory);

    /** Kills within this time of each other, in ms, cannot be told apart by whole seconds. */
    private static final long AMBIGUOUS = 5_000;

    private static final PodCondition EVICTED_BY_API =
            new PodConditionBuilder()
                    .withType("DisruptionTarget")
                    .withStatus("True")
                    .withReason("EvictionByEvictionAPI")
                    .build();

    private final World world;
    private final String name;
    private final long capacity;
    private final long gpu;
    private final long allocatable;
    private final long reserve;
    private final Map<String, Process> processes = new LinkedHashMap<>();
    private Duration clockOffset = Duration.ZERO;
    private long hostUse;
    private long gpuHostUse;
    private long lastMove;
    private int boots = 1;
    private long oomKills;
    private final Deque<Instant> oomKillsSeen = new ArrayDeque<>();
    private long killedLast = -1;
    private boolean kubeletUp = true;
    private boolean agentUp = true;
    private boolean exists = true;
    private long published = -1;
    private String toldLast = "";
    private long agentRuns;
    private long agentSince;

    /**
     * Registers it and starts its agent.
     *
     * @param gpu memory of its discrete GPU in bytes; 0 for a node where CPU and GPU share one pool
     */
    PaperNode(World world, String name, long capacity, long gpu) {
        this.world = world;
        this.name = name;
        this.capacity = capacity;
        this.gpu = gpu;
        allocatable = capacity - 256 * MI;
        reserve = Math.max(512 * MI, capacity / 20);
        hostUse = 300 * MI;
        register();
        startAgent();
    }

    String name() {
        return name;
    }

    long allocatable() {
        return allocatable;
    }

    long reserve() {
        return reserve;
    }

    long capacity() {
        return capacity;
    }

    boolean unified() {
        return gpu == 0;
    }

    long gpu() {
        return gpu;
    }

    long gpuHostUse() {
        return gpuHostUse;
    }

    /** Somebody who is no pod of ours takes so much of the GPU, or gives it back. */
    void gpuHostUse(long bytes) {
        gpuHostUse = Math.min(gpu, bytes);
        moved(world.time.now() + 1);
    }

    long hostUse() {
        return hostUse;
    }

    boolean exists() {
        return exists;
    }

    boolean kubeletUp() {
        return kubeletUp && exists;
    }

    /** When its agent's latest snapshot reached the API server; -1 for never. */
    long published() {
        return published;
    }

    Iterable<Process> processes() {
        return processes.values();
    }

    @Nullable Process process(String podUid) {
        return processes.get(podUid);
    }

    Instant wall() {
        return world.time.instant().plus(clockOffset);
    }

    boolean clockIsRight() {
        return clockOffset.isZero();
    }

    // --- the machine -----------------------------------------------------------------------

    private void register() {
        Node node =
                new NodeBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .addToLabels("kubernetes.io/hostname", name)
                        .endMetadata()
                        .withNewSpec()
                        .endSpec()
                        .withNewStatus()
                        .addToCapacity("memory", new Quantity(Long.toString(capacity)))
                        .addToAllocatable("memory", new Quantity(Long.toString(allocatable)))
                        .addNewCondition()
                        .withType("Ready")
                        .withStatus("True")
                        .endCondition()
                        .withNewNodeInfo()
                        .withBootID("boot-" + name + "-" + boots)
                        .endNodeInfo()
                        .endStatus()
                        .build();
        if (world.server.get(Node.class, null, name).isEmpty()) {
            world.server.create(node);
        } else {
            world.server.edit(
                    Node.class,
                    name,
                    present -> {
                        Node other = PaperServer.shallow(present);
                        other.setStatus(node.getStatus());
                        return other;
                    });
        }
    }

    void cordon(boolean cordoned) {
        world.time.note("node " + name + (cordoned ? ": cordoned" : ": uncordoned"));
        world.server.edit(
                Node.class,
                name,
                node -> {
                    Node other = PaperServer.shallow(node);
                    other.setSpec(new NodeBuilder(node).buildSpec());
                    other.getSpec().setUnschedulable(cordoned ? Boolean.TRUE : null);
                    return other;
                });
    }

    boolean cordoned() {
        return world.server
                .get(Node.class, null, name)
                .map(n -> Boolean.TRUE.equals(n.getSpec().getUnschedulable()))
                .orElse(false);
    }

    void hostUse(long bytes) {
        hostUse = bytes;
        moved(world.time.now() + 200);
    }

    void jump(Duration by) {
        world.time.note("node " + name + ": its clock jumps by " + by);
        clockOffset = clockOffset.plus(by);
    }

    void reboot() {
        world.time.note("node " + name + ": reboots");
        boots++;
        for (Process process : processes.values()) {
            process.mayBeCalled.add(EndClass.NodeRebooted);
            world.checks.deaths().doubt(process);
            if (process.alive()) {
                die(process, 255, "Error", 0, EndClass.NodeRebooted);
            }
        }
        stopAgent();
        kubeletUp = false;
        world.time.in(
                world.time.between(1_000, 20_000),
                () -> {
                    kubeletUp = true;
                    register();
                    resume();
                    startAgent();
                });
    }

    void pauseKubelet(long millis) {
        world.time.note("node " + name + ": kubelet away for " + millis + " ms");
        kubeletUp = false;
        world.time.in(
                millis,
                () -> {
                    kubeletUp = true;
                    world.time.note("node " + name + ": kubelet back");
                    resume();
                });
    }

    /** A kubelet that comes back tells what happened, and goes on with what it had to do. */
    private void resume() {
        for (Process process : new ArrayList<>(processes.values())) {
            if (process.started < 0 && process.diedAt < 0 && !stuck(process)) {
                world.time.in(world.time.between(100, 1_500), () -> start(process));
            } else {
                report(process);
            }
        }
        world.server.list(Pod.class).forEach(world::podChanged);
    }

    private static boolean stuck(Process process) {
        return process.imageFails || process.mountFails;
    }

    /** The machine is gone, its object and its agent's too; it may come back as a new one. */
    void vanish(long millis) {
        world.time.note("node " + name + ": vanishes for " + millis + " ms");
        exists = false;
        for (Process process : processes.values()) {
            process.mayBeCalled.add(EndClass.NodeLost);
            process.mayBeCalled.add(EndClass.NodeRebooted); // by the time that it is told of
            world.checks.deaths().doubt(process);
            if (process.alive()) {
                die(process, 255, "Error", 0, EndClass.NodeLost);
            }
        }
        stopAgent();
        world.server.get(Node.class, null, name).ifPresent(world.server::remove);
        world.server.get(NodeMemory.class, null, name).ifPresent(world.server::remove);
        world.time.in(
                world.time.between(500, 5_000),
                () -> world.server.list(Pod.class).forEach(this::collect));
        world.time.in(
                millis,
                () -> {
                    exists = true;
                    boots++;
                    register();
                    startAgent();
                    world.server.list(Pod.class).forEach(world::podChanged);
                });
    }

    /** The pod garbage collector takes the pods of a node that is gone. */
    private void collect(Pod pod) {
        if (exists || !name.equals(pod.getSpec().getNodeName())) {
            return;
        }
        world.server.edit(
                Pod.class,
                PaperServer.key(pod),
                p -> {
                    Pod other = PaperServer.shallow(p);
                    other.setStatus(
                            new PodStatusBuilder(p.getStatus())
                                    .withPhase("Failed")
                                    .withConditions(
                                            new PodConditionBuilder()
                                                    .withType("DisruptionTarget")
                                                    .withStatus("True")
                                                    .withReason("DeletionByPodGC")
                                                    .build())
                                    .build());
                    return other;
                });
        world.server.delete(Pod.class, PaperServer.key(pod), pod.getMetadata().getUid());
    }

    // --- the kubelet -----------------------------------------------------------------------

    /** A pod was bound to this node: its container starts, or does not. */
    void bound(Pod pod) {
        if (processes.containsKey(pod.getMetadata().getUid())) {
            return;
        }
        boolean ours = Pods.ours(pod);
        long limit = ours ? Pods.limit(pod) : Pods.request(pod);
        Process process =
                new Process(
                        pod,
                        limit,
                        ours,
                        ours
                                ? limit / 100 * world.time.between(30, 99)
                                : world.time.between(0, 2 * Math.max(1, Pods.request(pod))),
                        Pods.gpu(pod),
                        Pods.gpu(pod) / 100 * world.time.between(60, 99),
                        world.time.between(200, 15_000));
        process.imageFails = ours && world.faults.strikes(0.02);
        process.mountFails = ours && !process.imageFails && world.faults.strikes(0.02);
        processes.put(process.podUid, process);
        if (stuck(process)) {
            report(process);
            return;
        }
        world.time.in(world.time.between(100, 1_500), () -> start(process));
    }

    private void start(Process process) {
        if (!kubeletUp() || process.started >= 0 || process.diedAt >= 0) {
            return;
        }
        boolean wanted =
                world.server.list(Pod.class).stream()
                        .anyMatch(
                                p ->
                                        process.podUid.equals(p.getMetadata().getUid())
                                                && p.getMetadata().getDeletionTimestamp() == null);
        if (!wanted) {
            process.diedAt = world.time.now();
            process.freeAt = world.time.now();
            process.exitCode = -1; // no container was made
            process.mayBeCalled.addAll(NEVER_STARTED);
            report(process);
            return;
        }
        long now = world.time.now();
        process.started = now;
        process.startedByNode = wall();
        process.bootId = "boot-" + name + "-" + boots;
        process.loadFrom = now + world.time.between(100, 600);
        process.loadTo = process.loadFrom + (process.ours ? process.loads : 200);
        report(process);
        if (!process.ours) {
            moved(process.loadTo);
            scouts(process);
            return;
        }
        world.time.in(process.loadFrom - now, () -> loading(process));
    }

    /** The model's file is here from now on. */
    void fileCame() {
        new ArrayList<>(processes.values()).forEach(this::scouts);
    }

    /**
     * A scout ends once the file has not changed for a while. One that was wrong is replaced sooner
     * or later, or not at all.
     */
    private void scouts(Process process) {
        if (process.scout && process.alive() && world.models.isOn(name)) {
            world.time.in(
                    process.scoutsForAnother
                            ? world.time.between(2_000, 600_000)
                            : world.time.between(2_000, 3_000),
                    () -> {
                        if (process.alive()) {
                            die(process, 0, "Completed", 100, null);
                        }
                    });
        }
    }

    private void loading(Process process) {
        if (!process.alive()) {
            return;
        }
        if (!world.models.isOn(name)) {
            die(process, 11, "Error", 100, EndClass.ConfigurationFault);
            return;
        }
        process.loadStartedByNode = wall();
        if (process.steady * 1_000 / Math.max(1, process.loads) > 16 * MI) {
            moved(process.loadTo);
        }
        noticed();
        long whole = process.loadTo - world.time.now();
        world.ailing.loads(this, process, whole);
        if (world.faults.strikes(0.15)) {
            long when = world.time.between(0, whole);
            world.time.in(when, () -> endsByItself(process));
        }
        world.time.in(
                whole,
                () -> {
                    if (!process.alive()) {
                        return;
                    }
                    process.loadEndedByNode = wall();
                    noticed();
                    world.time.in(window() + 1, this::noticed);
                    process.servesAt = world.time.now() + world.time.between(5, 400);
                    process.readyAt = process.servesAt + world.time.between(50, 1_200);
                    world.time.in(process.servesAt - world.time.now(), this::noticed);
                    world.time.in(process.readyAt - world.time.now(), () -> report(process));
                });
    }

    /** Ends of its own making: each is a death, or a fault of its configuration. */
    void endsByItself(Process process) {
        if (!process.alive() || !process.ours) {
            return;
        }
        switch ((int) world.time.between(0, 13)) {
            case 0, 1 -> {
                kernelKilled();
                die(process, 137, "OOMKilled", 1_500, EndClass.OutOfMemory);
            }
            case 2 -> die(process, 30, "Error", 800, EndClass.LoadAborted);
            case 3 -> die(process, 134, "Error", 800, EndClass.EngineFault);
            case 4 -> die(process, 33, "Error", 800, EndClass.ShedForNode);
            case 5 -> die(process, 137, "Error", 800, EndClass.Killed);
            case 6 -> die(process, 127, "Error", 300, EndClass.EngineFault);
            case 7 -> die(process, 32, "Error", 300, EndClass.Hung);
            case 8 -> {
                kernelKilled();
                String mark = world.time.chance(0.5) ? "OOMKilled" : "Error";
                die(process, 137, mark, 1_500, EndClass.NodeOutOfMemory);
            }
            case 9 -> evictedByKubelet(process);
            case 10 -> evictedByApi(process);
            case 11 -> die(process, 42, "Error", 300, EndClass.Unclassified);
            default -> {
                boolean loads = process.readyAt < 0;
                die(
                        process,
                        loads ? 13 : 31,
                        "Error",
                        300,
                        loads ? EndClass.ConfigurationFault : EndClass.GuardEnded);
            }
        }
    }

    /** As pid 1 of its container it ends so, whatever the signal. */
    void engineCrashes(Process process) {
        if (process.alive()) {
            die(process, 127, "Error", 300, EndClass.EngineFault);
        }
    }

    private void evictedByKubelet(Process process) {
        process.evicted = true;
        process.endedByKubelet = true;
        process.podReason = "Evicted";
        die(process, world.time.chance(0.5) ? 143 : 137, "Error", 500, EndClass.Evicted);
    }

    /** As by a drain: told first, then deleted. */
    private void evictedByApi(Process process) {
        edit(
                process,
                pod ->
                        new PodStatusBuilder(pod.getStatus())
                                .addToConditions(EVICTED_BY_API)
                                .build());
        process.evicted = true;
        process.mayBeCalled.add(EndClass.Evicted);
        world.server.delete(Pod.class, process.pod, process.podUid);
    }

    /** The agent sees that the kernel killed something for memory. */
    private void kernelKilled() {
        oomKills++;
        if (agentUp()) {
            oomKillsSeen.addFirst(wall());
            if (oomKillsSeen.size() > OomKills.RECENT_MAX) {
                oomKillsSeen.removeLast();
            }
            noticed();
        }
        // Whoever ends about now by a SIGKILL may be taken for the victim.
        for (Process process : processes.values()) {
            if (process.diedAt >= 0 && world.time.now() - process.diedAt < AMBIGUOUS) {
                process.mayBeCalled.addAll(ambiguous(process));
            }
        }
        killedLast = world.time.now();
    }

    private static Set<EndClass> ambiguous(Process process) {
        return process.exitCode == 137 && !process.evicted ? KILLED : Set.of();
    }

    /**
     * The end of a process.
     *
     * @param frees how long its memory takes to become free, in ms
     * @param cause null when somebody asked for its end
     */
    private void die(
            Process process, int code, String reason, long frees, @Nullable EndClass cause) {
        world.time.note("node " + name + ": " + process.pod + " ends with " + code + " " + reason);
        long now = world.time.now();
        process.heldAtDeath = process.held(now);
        process.diedAt = now;
        process.freeAt = now + frees;
        process.exitCode = code;
        process.reason = reason;
        process.cause = cause;
        process.diedByNode = wall();
        process.lastPeak =
                Math.max(
                        1,
                        cause == EndClass.OutOfMemory
                                ? process.limit
                                : (long) (process.steady * process.heldAtDeath));
        if (cause != null) {
            process.mayBeCalled.add(cause);
        }
        if (cause == EndClass.NodeOutOfMemory || cause == EndClass.OutOfMemory) {
            process.mayBeCalled.addAll(KILLED); // by what the agent and its last looks tell
        } else if (killedLast >= 0 && now - killedLast < AMBIGUOUS) {
            process.mayBeCalled.addAll(ambiguous(process));
        }
        world.checks.deaths().ended(this, process);
        if (frees > 0) {
            moved(process.freeAt);
        }
        world.time.in(world.time.between(20, 1_000), () -> report(process));
    }

    /** Somebody asked for the pod's end: it gets a signal, and some time to obey. */
    void terminate(Pod pod) {
        if (!kubeletUp()) {
            return;
        }
        Process process =
                processes.computeIfAbsent(
                        pod.getMetadata().getUid(), // deleted before it was ever looked at
                        uid -> new Process(pod, 0, Pods.ours(pod), 0, 0, 0, 0));
        if (process.alive()) {
            process.endedByKubelet = true;
            long grace = world.faults.isCalm() ? 300 : world.time.between(50, 8_000);
            world.time.in(
                    grace,
                    () -> {
                        if (process.alive()) {
                            process.mayBeCalled.addAll(ASKED);
                            die(process, grace > 6_000 ? 137 : 143, "Error", 500, null);
                        }
                    });
        } else if (process.diedAt < 0) {
            process.diedAt = world.time.now();
            process.freeAt = world.time.now();
            process.exitCode = -1;
            process.mayBeCalled.addAll(NEVER_STARTED);
            report(process);
        } else {
            report(process);
        }
    }

    /** Writes what the kubelet knows of a pod to its status. */
    private void report(Process process) {
        if (!kubeletUp()) {
            return;
        }
        long now = world.time.now();
        if (process.diedAt >= 0 && process.exitCode >= 0 && !process.containerTold) {
            process.containerTold = true;
            world.time.in(world.time.between(50, 1_500), () -> over(process));
        } else if (process.exitCode < 0) {
            process.phaseTold = true; // there was no container
        }
        edit(process, pod -> status(process, now));
        if (process.phaseTold) {
            world.time.in(1, () -> finish(process));
        }
    }

    /** The kubelet has seen to it that nothing of the pod runs: now its phase is told. */
    private void over(Process process) {
        process.phaseTold = true;
        report(process);
    }

    /** Writes another status of a pod that is not over. */
    private void edit(Process process, Function<Pod, PodStatus> status) {
        world.server.edit(
                Pod.class,
                process.pod,
                pod -> {
                    if (!process.podUid.equals(pod.getMetadata().getUid()) || Pods.over(pod)) {
                        return pod;
                    }
                    Pod other = PaperServer.shallow(pod);
                    other.setStatus(status.apply(pod));
                    return other;
                });
    }

    private void finish(Process process) {
        // A deleted pod of ours stays for its finalizer; any other goes now.
        world.server.list(Pod.class).stream()
                .filter(p -> process.podUid.equals(p.getMetadata().getUid()))
                .filter(p -> p.getMetadata().getDeletionTimestamp() != null)
                .filter(p -> p.getMetadata().getFinalizers().isEmpty())
                .findFirst()
                .ifPresent(world.server::remove);
    }

    private PodStatus status(Process process, long now) {
        boolean over = process.diedAt >= 0;
        boolean serving = process.probed(now);
        ContainerStatusBuilder container =
                new ContainerStatusBuilder()
                        .withName(process.ours ? WorkloadNames.CONTAINER : "main")
                        .withStarted(serving);
        if (process.imageFails && !over) {
            container.withState(
                    new ContainerStateBuilder()
                            .withNewWaiting()
                            .withReason("ErrImagePull")
                            .withMessage("no such image")
                            .endWaiting()
                            .build());
        } else if (over && process.exitCode < 0) {
            container.withState(
                    new ContainerStateBuilder()
                            .withNewWaiting()
                            .withReason("ContainerCreating")
                            .endWaiting()
                            .build());
        } else if (over) {
            container.withState(
                    new ContainerStateBuilder()
                            .withNewTerminated()
                            .withExitCode(process.exitCode)
                            .withReason(process.reason)
                            .withStartedAt(seconds(process.startedByNode))
                            .withFinishedAt(seconds(process.diedByNode))
                            .withMessage(lastWords(process))
                            .endTerminated()
                            .build());
        } else if (process.started >= 0) {
            container.withState(
                    new ContainerStateBuilder()
                            .withNewRunning()
                            .withStartedAt(seconds(process.startedByNode))
                            .endRunning()
                            .build());
        } else {
            container.withState(
                    new ContainerStateBuilder()
                            .withNewWaiting()
                            .withReason("ContainerCreating")
                            .endWaiting()
                            .build());
        }
        ContainerStatus built = container.build();
        return new PodStatusBuilder()
                .withReason(process.phaseTold ? process.podReason : null)
                .withPhase(
                        process.phaseTold
                                ? process.exitCode == 0 ? "Succeeded" : "Failed"
                                : process.started >= 0 ? "Running" : "Pending")
                .withConditions(
                        new PodConditionBuilder()
                                .withType("Ready")
                                .withStatus(serving ? "True" : "False")
                                .build())
                .addAllToConditions(
                        process.evicted && process.podReason == null
                                ? List.of(EVICTED_BY_API)
                                : List.of())
                .withContainerStatuses(built)
                .build();
    }

    /** As the kubelet tells times. */
    private static @Nullable String seconds(@Nullable Instant time) {
        return time == null ? null : time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** Its black box: what it knew up to a moment before its end. */
    private String lastWords(Process process) {
        long nodeAvailable =
                process.cause == EndClass.NodeOutOfMemory ? MI : capacity - hostUse - process.limit;
        return """
        {"phase":"%s","peak":%d,"bootId":"%s","lastSamples":[{"at":"%s","used":%d,"nodeAvailable":%d}]}"""
                .formatted(
                        process.loadEndedByNode == null ? "Loading" : "Serving",
                        process.lastPeak,
                        process.bootId,
                        Objects.requireNonNull(process.diedByNode).minusMillis(300),
                        process.lastPeak,
                        nodeAvailable);
    }

    // --- the agent -------------------------------------------------------------------------

    long available() {
        long now = world.time.now();
        long used = hostUse;
        for (Process process : processes.values()) {
            used += process.used(now) + (unified() ? process.gpuUsed(now) : 0);
        }
        return Math.max(0, capacity - used);
    }

    /** Used of a discrete GPU, by anybody. */
    long gpuUsed() {
        long now = world.time.now();
        long used = gpuHostUse;
        for (Process process : processes.values()) {
            used += process.gpuUsed(now);
        }
        return Math.min(gpu, used);
    }

    /** Memory moves until then. */
    private void moved(long until) {
        lastMove = Math.max(lastMove, until);
        noticed();
        world.time.in(until - world.time.now() + window() + 1, this::noticed);
    }

    private long window() {
        return VirtualTime.millis(
                Durations.parse(Objects.requireNonNullElse(asked().settleWindow(), "1s")));
    }

    private NodeMemorySpec asked() {
        NodeMemorySpec spec =
                world.server
                        .get(NodeMemory.class, null, name)
                        .map(NodeMemory::getSpec)
                        .orElse(null);
        return new NodeMemorySpec(
                spec == null || spec.settleWindow() == null ? "1s" : spec.settleWindow(),
                spec == null ? null : spec.maxSlopePerSecond(),
                spec != null && Boolean.TRUE.equals(spec.fast()));
    }

    void stopAgent() {
        if (agentUp) {
            world.time.note("node " + name + ": agent stops");
        }
        agentUp = false;
        agentRuns++;
    }

    void startAgent() {
        agentUp = true;
        agentSince = world.time.now();
        long run = ++agentRuns;
        world.time.in(world.time.between(200, 2_500), () -> beat(run));
        world.time.in(window() + 1, this::noticed);
    }

    boolean agentUp() {
        return agentUp && exists;
    }

    private void beat(long run) {
        if (run == agentRuns && agentUp()) {
            publish();
            long heartbeat = Boolean.TRUE.equals(asked().fast()) ? 10_000 : 60_000;
            world.time.in(heartbeat, () -> beat(run));
        }
    }

    /** A transition: told a little later, as a sampling agent does. */
    private void noticed() {
        long run = agentRuns;
        world.time.in(
                world.time.between(30, NOTICE),
                () -> {
                    if (run == agentRuns && agentUp()) {
                        publish();
                    }
                });
    }

    /** The operator asks for something else. */
    void asked(@Nullable NodeMemorySpec before, @Nullable NodeMemorySpec now) {
        if (!Objects.equals(before, now)) {
            noticed();
            world.time.in(window() + NOTICE, this::noticed);
            boolean faster = now != null && Boolean.TRUE.equals(now.fast());
            if (faster && agentUp()) {
                long run = ++agentRuns;
                world.time.in(world.time.between(30, NOTICE), () -> beat(run));
            }
        }
    }

    /** Whether this agent has seen a whole window since the load's end. */
    private boolean whole(Process process, long now) {
        return process.loadEndedByNode != null
                && now - Math.max(process.loadTo, agentSince) >= window();
    }

    private void publish() {
        long now = world.time.now();
        boolean moving = now < lastMove;
        boolean settled = now - lastMove >= window();
        List<PodMemory> pods = new ArrayList<>();
        for (Process process : processes.values()) {
            if (process.ours && process.alive()) {
                pods.add(
                        new PodMemory(
                                process.podUid,
                                process.serving(now)
                                        ? "Serving"
                                        : process.loadEndedByNode != null
                                                ? "Verifying"
                                                : process.loadStartedByNode != null
                                                        ? "Loading"
                                                        : "Starting",
                                process.used(now),
                                null,
                                null,
                                null,
                                process.limit,
                                process.loadStartedByNode,
                                process.loadEndedByNode,
                                (settled && whole(process, now)) ? Boolean.TRUE : null,
                                null,
                                null,
                                null,
                                null));
            }
        }
        NodeMemoryStatus status =
                new NodeMemoryStatus(
                        wall(),
                        "boot-" + name + "-" + boots,
                        capacity,
                        available(),
                        reserve,
                        moving ? -64 * MI : 0L,
                        asked().settleWindow(),
                        settled ? wall().minusMillis(now - lastMove - window()) : null,
                        null,
                        null,
                        unified(),
                        unified() ? null : new GpuMemory("nvml", gpu, gpuUsed()),
                        null,
                        new OomKills(oomKills, List.copyOf(oomKillsSeen)),
                        pods);
        if (world.server.get(NodeMemory.class, null, name).isEmpty()) {
            NodeMemory memory = new NodeMemory();
            memory.getMetadata().setName(name);
            memory.setStatus(status);
            world.server.create(memory);
        } else {
            world.server.edit(
                    NodeMemory.class,
                    name,
                    present -> {
                        NodeMemory other = PaperServer.shallow(present);
                        other.setStatus(status);
                        return other;
                    });
        }
        published = now;
        String told = settled + " " + pods.size();
        if (told.equals(toldLast)) {
            return; // a heartbeat
        }
        toldLast = told;
        world.time.note(
                "agent %s: available %s, %s, %d pods"
                        .formatted(
                                name,
                                Bytes.text(available()),
                                settled ? "settled" : "moving",
                                pods.size()));
    }
}
