package io.brainmatrix.operator.kube;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.Bytes;
import io.brainmatrix.api.v1alpha1.Durations;
import io.brainmatrix.api.v1alpha1.GpuMemory;
import io.brainmatrix.api.v1alpha1.Instance;
import io.brainmatrix.api.v1alpha1.MemoryPressure;
import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.brainmatrix.api.v1alpha1.NodeMemoryStatus;
import io.brainmatrix.api.v1alpha1.PodMemory;
import io.brainmatrix.api.v1alpha1.Reason;
import io.brainmatrix.api.v1alpha1.SwapUse;
import io.brainmatrix.api.v1alpha1.Temperature;
import io.brainmatrix.operator.admission.Candidate;
import io.brainmatrix.operator.admission.CandidatePolicy;
import io.brainmatrix.operator.admission.Commitment;
import io.brainmatrix.operator.admission.InstanceKey;
import io.brainmatrix.operator.admission.Lane;
import io.brainmatrix.operator.admission.NodeReading;
import io.brainmatrix.operator.admission.NodeSnapshot;
import io.brainmatrix.operator.admission.Occupant;
import io.brainmatrix.operator.recovery.EarlyEnd;
import io.brainmatrix.operator.workload.ModelVolume;
import io.brainmatrix.operator.workload.SpecHash;
import io.brainmatrix.operator.workload.WorkloadNames;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads everything that a decision about one node needs, from the cache. */
public final class NodeReader {
    /**
     * Above this share of the last 10 s with all tasks stalled, memory is short; in hundredths of a
     * percent, so 10 %.
     */
    private static final long FULL_PRESSURE = 1_000;

    /** The phase that a pod reports once its first token is out. */
    private static final String SERVING = "Serving";

    /** Idle pages in a disk's swap this small are leftovers, not use: 16Mi. */
    private static final long SWAP_LEFTOVERS = 16L << 20;

    private final ClusterView cache;
    private final OperatorSettings settings;
    private final Clock clock;
    private final Function<Pod, List<Event>> events;
    private final SpecHashes hashes = new SpecHashes();

    /** Reads from the cache; Events of a pod that does not start are asked of the API server. */
    public NodeReader(
            ClusterView cache,
            OperatorSettings settings,
            Clock clock,
            Function<Pod, List<Event>> events) {
        this.cache = cache;
        this.settings = settings;
        this.clock = clock;
        this.events = events;
    }

    /** The node's present state, from the cache alone. */
    public NodeSnapshot read(String nodeName) {
        return read(nodeName, cache.lane(nodeName), cache.podsOn(nodeName), Map.of());
    }

    /**
     * The node's present state with a lane and pods that were read just now.
     *
     * @param latest matrices that were read just now too, by UID; an empty one is gone
     */
    public NodeSnapshot read(
            String nodeName,
            Optional<Lease> lease,
            List<Pod> pods,
            Map<String, Optional<BrainMatrix>> latest) {
        Instant now = clock.instant();
        List<Candidate> candidates = new ArrayList<>();
        for (BrainMatrix cached : cache.matrices()) {
            BrainMatrix matrix =
                    latest.getOrDefault(cached.getMetadata().getUid(), Optional.of(cached))
                            .orElse(null);
            if (matrix == null || !placedOn(matrix, nodeName)) {
                continue;
            }
            CandidatePolicy.on(
                            nodeName,
                            view(
                                    matrix,
                                    unified(cache.nodeMemory(nodeName)),
                                    present(matrix, nodeName, pods)))
                    .stream()
                    .map(c -> settings.limits().apply(c, n -> promisedIn(n, nodeName)))
                    .map(c -> Refusals.apply(c, lease, now))
                    .forEach(candidates::add);
        }
        return read(nodeName, lease, pods, candidates);
    }

    /** What a namespace is promised on all nodes, but by the lane of this one. */
    private long promisedIn(String namespace, String nodeName) {
        List<Pod> pods =
                cache.matrices().stream()
                        .filter(m -> namespace.equals(m.getMetadata().getNamespace()))
                        .flatMap(m -> cache.podsOf(m.getMetadata().getUid()).stream())
                        .filter(this::lives)
                        .toList();
        return NamespaceLimits.promised(
                namespace, pods, cache.lanes(), WorkloadNames.lane(nodeName));
    }

    /**
     * Whether the limits let a candidate in that has taken its node's lane, by pods and lanes that
     * were read since.
     */
    public boolean withinLimits(
            Candidate candidate, String nodeName, List<Pod> ours, List<Lease> lanes) {
        List<Pod> living = ours.stream().filter(this::lives).toList();
        return settings.limits()
                .apply(
                        candidate,
                        namespace ->
                                NamespaceLimits.promised(
                                        namespace, living, lanes, WorkloadNames.lane(nodeName)))
                .hindrance()
                .isEmpty();
    }

    /** Whether it may use anything of what its namespace may have. */
    private boolean lives(Pod pod) {
        return !PodReader.containerEnded(pod)
                && !PodReader.ended(pod, PodReader.nodeOf(pod).flatMap(cache::node).isPresent());
    }

    /** The node without its queue: who is there and what it can give. */
    public NodeSnapshot occupied(String nodeName) {
        return read(nodeName, cache.lane(nodeName), cache.podsOn(nodeName), List.of());
    }

    private NodeSnapshot read(
            String nodeName, Optional<Lease> lease, List<Pod> pods, List<Candidate> candidates) {
        Instant now = clock.instant();
        Optional<Node> node = cache.node(nodeName);
        Optional<NodeMemory> memory = cache.nodeMemory(nodeName);
        List<Occupant> occupants = new ArrayList<>();
        long foreign = 0;
        for (Pod pod : pods) {
            boolean ended = PodReader.ended(pod, node.isPresent());
            if (PodReader.matrixUidOf(pod).isPresent()) {
                occupants.add(occupant(pod, ended, memory, now));
            } else if (!ended) {
                foreign += PodReader.memoryRequest(pod);
            }
        }
        return new NodeSnapshot(
                nodeName,
                now,
                node.map(NodeReader::allocatable).orElse(0L),
                foreign,
                node.map(NodeReader::schedulable).orElse(false),
                memory.flatMap(m -> reading(m, node)),
                Lane.of(
                        lease.map(l -> l.getSpec() == null ? null : l.getSpec().getHolderIdentity())
                                .orElse(null)),
                occupants,
                candidates);
    }

    /**
     * The pods of a matrix as one pass sees them: on its node those that it was given, elsewhere
     * the cache's. Asking the cache twice would let a pod that appears in between be neither an
     * occupant nor a candidate, and its lane would be released under it.
     */
    private List<Pod> present(BrainMatrix matrix, String nodeName, List<Pod> onNode) {
        Optional<String> uid = Optional.of(matrix.getMetadata().getUid());
        return Stream.concat(
                        onNode.stream().filter(p -> PodReader.matrixUidOf(p).equals(uid)),
                        cache.podsOf(uid.get()).stream()
                                .filter(p -> !PodReader.nodeOf(p).equals(Optional.of(nodeName))))
                .toList();
    }

    private CandidatePolicy.MatrixView view(BrainMatrix matrix, boolean unified, List<Pod> pods) {
        Set<String> occupied = new HashSet<>();
        Set<String> leaving = new HashSet<>();
        for (Pod pod : pods) {
            if (countedEarly(matrix, pod)) {
                continue; // charged still, and in nobody's way
            }
            boolean gone =
                    PodReader.ended(pod, PodReader.nodeOf(pod).flatMap(cache::node).isPresent())
                            && !uncounted(pod);
            PodReader.label(pod, WorkloadNames.INSTANCE)
                    .ifPresent(gone ? leaving::add : occupied::add);
        }
        leaving.removeAll(occupied);
        return new CandidatePolicy.MatrixView(
                matrix, unified, hashes(matrix), occupied, leaving, modelHindrances(matrix));
    }

    /**
     * Whether its end is written down though its phase does not tell it yet. The next life need not
     * wait for that, if there is room for both: what the pod was promised stays charged. Where its
     * volume is one that a single pod may have, it does wait.
     */
    private boolean countedEarly(BrainMatrix matrix, Pod pod) {
        return PodReader.containerEnded(pod)
                && !PodReader.ended(pod, true)
                && PodReader.isCounted(pod.getMetadata().getUid(), matrix)
                && !hasClaimForOnePod(pod);
    }

    private boolean hasClaimForOnePod(Pod pod) {
        return pod.getSpec().getVolumes().stream()
                .map(Volume::getPersistentVolumeClaim)
                .filter(Objects::nonNull)
                .anyMatch(
                        source ->
                                cache.claim(pod.getMetadata().getNamespace(), source.getClaimName())
                                        .filter(VolumeKeeper::isForOnePod)
                                        .isPresent());
    }

    /**
     * Whether a pod's kubelet says by an Event that it ended the container. Where the Events are
     * not to be had it may have.
     */
    boolean endedByItsKubelet(Pod pod) {
        try {
            return events.apply(pod).stream()
                    .anyMatch(e -> EarlyEnd.BY_ITS_KUBELET.contains(e.getReason()));
        } catch (KubernetesClientException e) {
            return true;
        }
    }

    /** Whether it carries our finalizer: its end, if it has ended, is not written down yet. */
    private static boolean uncounted(Pod pod) {
        return pod.getMetadata().getFinalizers().contains(WorkloadNames.POD_FINALIZER);
    }

    private static boolean placedOn(BrainMatrix matrix, String nodeName) {
        return matrix.getStatus() != null
                && matrix.getStatus().instances().stream().anyMatch(i -> nodeName.equals(i.node()));
    }

    /** Hash of each instance's desired pod. */
    public Map<String, String> hashes(BrainMatrix matrix) {
        return hashes.of(matrix);
    }

    /** What keeps each instance's model or mind from what it needs, if anything. */
    public Map<String, Candidate.Hindrance> modelHindrances(BrainMatrix matrix) {
        Map<String, Candidate.Hindrance> hindrances = new HashMap<>();
        for (Instance instance : matrix.getSpec().instances()) {
            mindHindrance(instance)
                    .or(() -> modelHindrance(matrix, instance))
                    .ifPresent(hindrance -> hindrances.put(instance.name(), hindrance));
        }
        return hindrances;
    }

    /** An instance's model, resolved against the allowed directories. */
    public ModelVolume volume(BrainMatrix matrix, Instance instance) {
        return ModelVolume.resolve(
                SpecHash.model(matrix.getSpec(), instance),
                settings.modelDirectories(),
                matrix.getMetadata().getName(),
                matrix.getMetadata().getUid());
    }

    private Optional<Candidate.Hindrance> mindHindrance(Instance instance) {
        return instance.mind() == null || settings.chronicle().isPresent()
                ? Optional.empty()
                : Optional.of(
                        new Candidate.Hindrance(
                                Reason.ChronicleMissing,
                                "it has a `mind`, and there is no chronicle to tell; install the chart with `chronicle.enabled=auto` or remove `spec.instances[%s].mind`"
                                        .formatted(instance.name())));
    }

    private Optional<Candidate.Hindrance> modelHindrance(BrainMatrix matrix, Instance instance) {
        String namespace = matrix.getMetadata().getNamespace();
        return switch (volume(matrix, instance)) {
            case ModelVolume.NotAllowed refused ->
                    Optional.of(new Candidate.Hindrance(Reason.ModelNotAllowed, refused.message()));
            case ModelVolume.HostDirectory directory ->
                    cache.claim(namespace, directory.claim())
                                    .filter(c -> VolumeKeeper.ownedBy(c, matrix))
                                    .filter(c -> c.getStatus() != null)
                                    .filter(c -> "Bound".equals(c.getStatus().getPhase()))
                                    .isPresent()
                            ? Optional.empty()
                            : Optional.of(
                                    new Candidate.Hindrance(
                                            Reason.VolumeNotReady,
                                            "claim `%s` for the models below `%s` is not bound yet"
                                                    .formatted(
                                                            directory.claim(), directory.root())));
            case ModelVolume.UserClaim claim ->
                    cache.claim(namespace, claim.claim()).isPresent()
                            ? Optional.empty()
                            : Optional.of(
                                    new Candidate.Hindrance(
                                            Reason.VolumeNotReady,
                                            "no claim `%s` in namespace `%s`; create it"
                                                    .formatted(claim.claim(), namespace)));
        };
    }

    private Occupant occupant(Pod pod, boolean ended, Optional<NodeMemory> memory, Instant now) {
        Optional<PodMemory> reported =
                memory.map(NodeMemory::getStatus).stream()
                        .flatMap(s -> s.instances().stream())
                        .filter(p -> p.podUid().equals(pod.getMetadata().getUid()))
                        .findFirst();
        Instant created = Instant.parse(pod.getMetadata().getCreationTimestamp());
        boolean stopped = ended || PodReader.containerEnded(pod);
        // The agent tells within a sample what the kubelet's probes tell a second later.
        boolean everReady =
                PodReader.everReady(pod)
                        || reported.filter(p -> SERVING.equals(p.phase())).isPresent();
        return new Occupant(
                new InstanceKey(
                        pod.getMetadata().getNamespace(),
                        PodReader.label(pod, WorkloadNames.MATRIX).orElse(""),
                        PodReader.matrixUidOf(pod).orElse(""),
                        PodReader.label(pod, WorkloadNames.INSTANCE).orElse("")),
                pod.getMetadata().getName(),
                pod.getMetadata().getUid(),
                new Commitment(
                        PodReader.memoryLimit(pod), PodReader.gpuBudget(pod), unified(memory)),
                reported.map(PodMemory::used).map(OptionalLong::of).orElse(OptionalLong.empty()),
                everReady,
                PodReader.ready(pod),
                ended,
                stopped,
                ended && uncounted(pod),
                PodReader.deleting(pod),
                reported.filter(p -> p.loadEnded() != null).isPresent(),
                reported.filter(p -> Boolean.TRUE.equals(p.loadSettled())).isPresent(),
                created,
                PodReader.annotation(pod, WorkloadNames.LOAD_TIMEOUT)
                        .map(Duration::parse)
                        .orElse(Duration.ofMinutes(5)),
                stopped || everReady || PodReader.deleting(pod)
                        ? Optional.empty()
                        : StuckPods.judge(pod, created, now, events));
    }

    private Optional<NodeReading> reading(NodeMemory memory, Optional<Node> node) {
        NodeMemoryStatus status = memory.getStatus();
        if (status == null
                || status.available() == null
                || status.capacity() == null
                || status.reserve() == null
                || status.heartbeat() == null
                || status.settleWindow() == null) {
            return Optional.empty();
        }
        String trouble = trouble(status, node);
        SwapUse swap = status.swap();
        boolean swapping = swap != null && (inUse(swap.disk(), SWAP_LEFTOVERS) || moving(swap));
        return Optional.of(
                new NodeReading(
                        cache.isFresh(memory),
                        status.heartbeat(),
                        status.capacity(),
                        status.available(),
                        status.reserve(),
                        status.slopePerSecond() == null
                                ? OptionalLong.empty()
                                : OptionalLong.of(status.slopePerSecond()),
                        Optional.ofNullable(status.settledSince()),
                        Durations.parse(status.settleWindow()),
                        swapping,
                        !trouble.isEmpty() && !swapping,
                        trouble,
                        Optional.ofNullable(status.temperature())
                                .filter(Temperature::tooHot)
                                .map(NodeReader::heat),
                        unified(Optional.of(memory)) ? Optional.empty() : gpu(status)));
    }

    /** Whether CPU and GPU share one pool: a node whose agent says nothing else has one. */
    static boolean unified(Optional<NodeMemory> memory) {
        return memory.map(NodeMemory::getStatus).map(NodeMemoryStatus::unified).orElse(true);
    }

    private static Optional<NodeReading.Gpu> gpu(NodeMemoryStatus status) {
        GpuMemory gpu = status.gpu();
        return gpu == null || gpu.total() == null || gpu.used() == null
                ? Optional.empty()
                : Optional.of(new NodeReading.Gpu(gpu.total(), gpu.used()));
    }

    private static String heat(Temperature temperature) {
        return "zone %s has %.1f °C, nobody is let in from %.1f °C on"
                .formatted(
                        temperature.zone(),
                        Objects.requireNonNullElse(temperature.milliCelsius(), 0L) / 1000.0,
                        Objects.requireNonNullElse(temperature.stopMilliCelsius(), 0L) / 1000.0);
    }

    private static String trouble(NodeMemoryStatus status, Optional<Node> node) {
        List<String> troubles = new ArrayList<>();
        SwapUse swap = status.swap();
        if (swap != null && inUse(swap.disk(), SWAP_LEFTOVERS)) {
            troubles.add(Bytes.text(swap.disk() == null ? 0 : swap.disk()) + " in swap on a disk");
        }
        if (swap != null && moving(swap)) {
            troubles.add("pages are being swapped");
        }
        MemoryPressure pressure = status.pressure();
        if (pressure != null
                && pressure.fullAvg10() != null
                && pressure.fullAvg10() > FULL_PRESSURE) {
            troubles.add(
                    "all tasks stalled for memory in %.1f %% of the last 10 s"
                            .formatted(pressure.fullAvg10() / 100.0));
        }
        boolean memoryPressure =
                node.map(n -> n.getStatus().getConditions()).stream()
                        .flatMap(List::stream)
                        .anyMatch(
                                c ->
                                        "MemoryPressure".equals(c.getType())
                                                && "True".equals(c.getStatus()));
        if (memoryPressure) {
            troubles.add("the kubelet reports MemoryPressure");
        }
        return String.join(", ", troubles);
    }

    private static boolean inUse(@Nullable Long bytes, long above) {
        return bytes != null && bytes > above;
    }

    private static boolean moving(SwapUse swap) {
        return inUse(swap.inPerSecond(), 0) || inUse(swap.outPerSecond(), 0);
    }

    static long allocatable(Node node) {
        return node.getStatus() == null
                        || node.getStatus().getAllocatable() == null
                        || node.getStatus().getAllocatable().get("memory") == null
                ? 0
                : Bytes.of(node.getStatus().getAllocatable().get("memory"));
    }

    /** What pods may not have of a node's memory, in bytes. */
    static long setApart(Node node) {
        Quantity capacity =
                node.getStatus() == null || node.getStatus().getCapacity() == null
                        ? null
                        : node.getStatus().getCapacity().get("memory");
        return capacity == null ? 0 : Math.max(0, Bytes.of(capacity) - allocatable(node));
    }

    /** Whether its kubelet answers. */
    static boolean ready(Node node) {
        return node.getStatus() != null
                && node.getStatus().getConditions() != null
                && node.getStatus().getConditions().stream()
                        .anyMatch(c -> "Ready".equals(c.getType()) && "True".equals(c.getStatus()));
    }

    static boolean schedulable(Node node) {
        return node.getSpec() == null || !Boolean.TRUE.equals(node.getSpec().getUnschedulable());
    }
}
