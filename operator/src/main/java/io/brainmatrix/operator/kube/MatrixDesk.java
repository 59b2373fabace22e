package io.brainmatrix.operator.kube;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.BrainMatrixStatus;
import io.brainmatrix.api.v1alpha1.InstanceStatus;
import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.brainmatrix.api.v1alpha1.Reason;
import io.brainmatrix.operator.matrix.MatrixPlan;
import io.brainmatrix.operator.matrix.MatrixPolicy;
import io.brainmatrix.operator.matrix.MatrixSnapshot;
import io.brainmatrix.operator.matrix.PodStep;
import io.brainmatrix.operator.matrix.PodView;
import io.brainmatrix.operator.matrix.ScoutPolicy;
import io.brainmatrix.operator.matrix.StatusChange;
import io.brainmatrix.operator.matrix.StatusEvents;
import io.brainmatrix.operator.workload.WorkloadNames;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * One pass over one matrix: read, decide, write the status, and only then take the steps and tell
 * of them (R6).
 */
public final class MatrixDesk {
    private static final Logger LOG = Logger.getLogger(MatrixDesk.class);

    /**
     * Numbers in messages are rewritten at most this often; an edge API server takes few writes.
     */
    private static final Duration NUMBERS = Duration.ofSeconds(10);

    /** After another writer was faster: its version arrives within this time. */
    private static final Duration CONFLICT = Duration.ofMillis(100);

    private final ClusterView cache;
    private final MatrixReader reader;
    private final NodeReader nodes;
    private final NodeDesk admitting;
    private final VolumeKeeper volumes;
    private final ScoutKeeper scouts;
    private final PodKeeper pods;
    private final StatusWriter statuses;
    private final EventPublisher events;
    private final Clock clock;

    /**
     * Between two looks at volumes that are not bound. Their events come by way of the cache's
     * matrices: one that arrives before its matrix is in there would be lost, and with it a minute.
     */
    private static final Duration UNBOUND = Duration.ofSeconds(1);

    /** A cache that is further behind is worked from all the same; a conflict does no harm. */
    private static final Duration LAG = Duration.ofSeconds(2);

    /**
     * What is so for longer than this is worth a write, whatever it is. Longer than memory usually
     * takes to settle: that is no news.
     */
    private static final Duration PASSING = Duration.ofSeconds(2);

    /**
     * After a status: whoever it lets in goes first. To make a Service costs a small API server as
     * much as to make a pod, and nobody asks for it before that pod has loaded its model.
     */
    private static final Duration SERVICES_AFTER = Duration.ofMillis(250);

    /** Display only: a restarted operator at worst writes a number early. */
    private final Map<String, Instant> written = new ConcurrentHashMap<>();

    /** Since when something passing waits to be written; display only too. */
    private final Map<String, Instant> passing = new ConcurrentHashMap<>();

    /** The version that each status of ours replaced: a cache that still has it is behind. */
    private final Map<String, Replaced> replaced = new ConcurrentHashMap<>();

    /** A version that was written over. */
    private record Replaced(String version, Instant at) {}

    /** Works with what it is given. */
    public MatrixDesk(
            ClusterView cache,
            MatrixReader reader,
            NodeReader nodes,
            NodeDesk admitting,
            VolumeKeeper volumes,
            ScoutKeeper scouts,
            PodKeeper pods,
            StatusWriter statuses,
            EventPublisher events,
            Clock clock) {
        this.cache = cache;
        this.reader = reader;
        this.nodes = nodes;
        this.admitting = admitting;
        this.volumes = volumes;
        this.scouts = scouts;
        this.pods = pods;
        this.statuses = statuses;
        this.events = events;
        this.clock = clock;
    }

    /** What it reads from. */
    public ClusterView cache() {
        return cache;
    }

    /** One pass; returns when to look again if nothing happens before. */
    public Optional<Duration> work(BrainMatrix cached) {
        if (behind(cached)) {
            return Optional.of(CONFLICT); // what would be decided of it is already written
        }
        // An end is counted from the latest status, never from a cache that may lag behind our own
        // last write.
        MatrixSnapshot seen = reader.read(cached);
        boolean counting =
                seen.pods().stream()
                        .flatMap(p -> p.end().stream())
                        .anyMatch(end -> end.over() || !PodReader.isCounted(end.podUid(), cached));
        Optional<BrainMatrix> latest = counting ? statuses.read(cached) : Optional.of(cached);
        if (latest.isEmpty() || latest.get().getMetadata().getDeletionTimestamp() != null) {
            return Optional.empty();
        }
        BrainMatrix matrix = latest.get();
        MatrixSnapshot snapshot = counting ? reader.read(matrix, statuses::node) : seen;
        MatrixPlan plan = MatrixPolicy.decide(snapshot);
        Optional<Duration> again = write(matrix, plan);
        if (again.equals(Optional.of(CONFLICT))) {
            return again;
        }
        // After the status: a node that may let in need not wait for it.
        boolean bound = volumes(matrix);
        Optional<Duration> services = services(matrix);
        plan.steps().forEach(step -> take(matrix, step));
        plan.scouting().forEach(step -> scouts.take(matrix, step));
        return Stream.of(
                        again,
                        bound ? Optional.<Duration>empty() : Optional.of(UNBOUND),
                        services,
                        untilStale(plan.status()),
                        untilScoutsGiveWay(plan.status()))
                .flatMap(Optional::stream)
                .min(Duration::compareTo);
    }

    /** When a reading that somebody waits by gets too old: nothing else would tell. */
    private Optional<Duration> untilStale(BrainMatrixStatus status) {
        return status.instances().stream()
                .filter(i -> i.pod() == null && i.node() != null)
                .flatMap(i -> cache.nodeMemory(String.valueOf(i.node())).stream())
                .flatMap(memory -> cache.freshFor(memory).stream())
                .min(Duration::compareTo)
                .map(left -> left.plusMillis(1));
    }

    /** When a scout has to go: nothing else would tell. */
    private Optional<Duration> untilScoutsGiveWay(BrainMatrixStatus status) {
        return status.instances().stream()
                .flatMap(i -> ScoutPolicy.givesWayAt(i).stream())
                .map(at -> Duration.between(clock.instant(), at))
                .filter(Duration::isPositive)
                .min(Duration::compareTo);
    }

    /** Makes the volumes of its models; whether they are bound. */
    private boolean volumes(BrainMatrix matrix) {
        return volumes.volumes(
                matrix,
                matrix.getSpec().instances().stream().map(i -> nodes.volume(matrix, i)).toList());
    }

    /** Makes the Services, or says when to come back for it. */
    private Optional<Duration> services(BrainMatrix matrix) {
        Instant last = written.getOrDefault(matrix.getMetadata().getUid(), Instant.EPOCH);
        Duration left = Duration.between(clock.instant(), last.plus(SERVICES_AFTER));
        if (left.isPositive() && left.compareTo(SERVICES_AFTER) <= 0) { // more: it was set back
            return Optional.of(left);
        }
        volumes.services(matrix);
        return Optional.empty();
    }

    /** Not for long: a write that changed nothing makes no new version. */
    private boolean behind(BrainMatrix cached) {
        Replaced last = replaced.get(cached.getMetadata().getUid());
        return last != null
                && last.version().equals(cached.getMetadata().getResourceVersion())
                && clock.instant().isBefore(last.at().plus(LAG));
    }

    private Optional<Duration> write(BrainMatrix matrix, MatrixPlan plan) {
        BrainMatrixStatus old = matrix.getStatus();
        BrainMatrixStatus now = plan.status();
        String uid = matrix.getMetadata().getUid();
        Instant last = written.getOrDefault(uid, Instant.MIN);
        switch (StatusChange.between(old, now)) {
            case NONE -> {
                passing.remove(uid);
                return Optional.empty();
            }
            case NUMBERS -> {
                Instant due = last.equals(Instant.MIN) ? clock.instant() : last.plus(NUMBERS);
                Duration wait = Duration.between(clock.instant(), due);
                if (wait.isPositive()) {
                    return Optional.of(wait);
                }
            }
            case PASSING -> {
                Instant due = passing.computeIfAbsent(uid, u -> clock.instant()).plus(PASSING);
                Duration wait = Duration.between(clock.instant(), due);
                if (wait.isPositive()) {
                    return Optional.of(wait);
                }
            }
            case FACTS -> {}
        }
        passing.remove(uid);
        if (!placing(matrix, now)) {
            return Optional.of(CONFLICT);
        }
        events.publish(matrix, StatusEvents.between(old, now));
        return Optional.empty();
    }

    /**
     * Writes a status; whoever it places and the gate would let in at once is let in with it, not
     * once a pass over the node has heard of it.
     *
     * @return whether it was written
     */
    private boolean placing(BrainMatrix matrix, BrainMatrixStatus now) {
        Optional<Admitter.Early> early = early(matrix, now);
        try {
            Optional<BrainMatrix> latest = statuses.write(matrix, now);
            if (latest.isEmpty()) {
                return false;
            }
            String uid = matrix.getMetadata().getUid();
            written.put(uid, clock.instant());
            replaced.put(
                    uid, new Replaced(matrix.getMetadata().getResourceVersion(), clock.instant()));
            early.ifPresent(e -> e.follow(latest.get()));
            return true;
        } finally {
            early.ifPresent(Admitter.Early::close);
        }
    }

    /** One of the nodes that a status gives somebody for the first time. */
    private Optional<Admitter.Early> early(BrainMatrix matrix, BrainMatrixStatus now) {
        Set<String> before =
                matrix.getStatus() == null
                        ? Set.of()
                        : matrix.getStatus().instances().stream()
                                .filter(i -> i.node() != null)
                                .map(InstanceStatus::name)
                                .collect(Collectors.toSet());
        BrainMatrix next = StatusWriter.with(matrix, now);
        return now.instances().stream()
                .filter(i -> !before.contains(i.name()))
                .map(InstanceStatus::node)
                .filter(Objects::nonNull)
                .distinct()
                .flatMap(node -> admitting.early(node, next).stream())
                .findFirst();
    }

    private void take(BrainMatrix matrix, PodStep step) {
        String namespace = matrix.getMetadata().getNamespace();
        switch (step) {
            case PodStep.Stop(String pod, String uid, Reason why) -> {
                LOG.infof("Stopping pod namespace=%s pod=%s reason=%s", namespace, pod, why);
                pods.stop(namespace, pod, uid, why.name(), Optional.empty());
            }
            case PodStep.Forget forget -> {
                LOG.infof("End recorded namespace=%s pod=%s", namespace, forget.pod());
                pods.forget(namespace, forget.pod(), forget.uid());
            }
        }
    }

    /** One pass over a matrix that goes; true once nothing of it is left. */
    public boolean remove(BrainMatrix matrix) {
        String namespace = matrix.getMetadata().getNamespace();
        scouts.recallAll(matrix);
        List<PodView> left = reader.read(matrix).pods();
        for (PodView pod : left) {
            if (pod.end().isPresent()) {
                pods.forget(namespace, pod.name(), pod.uid());
            } else if (!pod.deleting()) {
                pods.stop(
                        namespace, pod.name(), pod.uid(), Reason.Removed.name(), Optional.empty());
            }
        }
        // The cache may not know yet of a pod that was made while the matrix was deleted.
        Optional<String> uid = Optional.of(matrix.getMetadata().getUid());
        if (!left.isEmpty()
                || pods.in(namespace).stream()
                        .anyMatch(p -> PodReader.matrixUidOf(p).equals(uid))) {
            return false;
        }
        written.remove(matrix.getMetadata().getUid());
        passing.remove(matrix.getMetadata().getUid());
        replaced.remove(matrix.getMetadata().getUid());
        return volumes.removeVolumes(matrix);
    }

    /** The matrices that a change concerns. */
    public List<BrainMatrix> matricesOf(HasMetadata changed) {
        return switch (changed) {
            case Pod pod ->
                    PodReader.matrixUidOf(pod)
                            .or(() -> ScoutKeeper.matrixUidOf(pod))
                            .map(uid -> which(m -> uid.equals(m.getMetadata().getUid())))
                            .orElse(List.of());
            case NodeMemory memory -> which(m -> concerned(m, memory.getMetadata().getName()));
            case Lease lease -> {
                Map<String, String> annotations = lease.getMetadata().getAnnotations();
                String node = annotations == null ? null : annotations.get(WorkloadNames.NODE);
                yield node == null ? List.of() : which(m -> !settled(m) && concerned(m, node));
            }
            case Node node -> which(m -> !settled(m));
            case PersistentVolumeClaim claim ->
                    which(
                            m ->
                                    m.getMetadata()
                                            .getNamespace()
                                            .equals(claim.getMetadata().getNamespace()));
            case PersistentVolume volume -> {
                Map<String, String> annotations = volume.getMetadata().getAnnotations();
                String uid = annotations == null ? null : annotations.get(WorkloadNames.MATRIX_UID);
                yield which(m -> m.getMetadata().getUid().equals(uid));
            }
            default -> List.of();
        };
    }

    private List<BrainMatrix> which(Predicate<BrainMatrix> concerned) {
        return cache.matrices().stream().filter(concerned).toList();
    }

    private static boolean concerned(BrainMatrix matrix, String node) {
        return matrix.getStatus() == null
                || matrix.getStatus().instances().stream()
                        .map(InstanceStatus::node)
                        .anyMatch(placed -> placed == null || placed.equals(node));
    }

    /** Every instance answers: what happens to others does not concern it. */
    private static boolean settled(BrainMatrix matrix) {
        return matrix.getStatus() != null
                && !matrix.getStatus().instances().isEmpty()
                && matrix.getStatus().instances().stream()
                        .allMatch(i -> i.reason() == Reason.Ready);
    }
}
