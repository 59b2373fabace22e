package io.brainmatrix.operator.admission;

import io.brainmatrix.api.v1alpha1.Admission;
import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.BrainMatrixSpec;
import io.brainmatrix.api.v1alpha1.BrainMatrixStatus;
import io.brainmatrix.api.v1alpha1.Bytes;
import io.brainmatrix.api.v1alpha1.Condition;
import io.brainmatrix.api.v1alpha1.ConditionStatus;
import io.brainmatrix.api.v1alpha1.Crash;
import io.brainmatrix.api.v1alpha1.Durations;
import io.brainmatrix.api.v1alpha1.Instance;
import io.brainmatrix.api.v1alpha1.InstanceStatus;
import io.brainmatrix.api.v1alpha1.Reason;
import io.brainmatrix.api.v1alpha1.Recovery;
import io.brainmatrix.api.v1alpha1.Settle;
import io.brainmatrix.operator.recovery.Ends;
import io.brainmatrix.operator.recovery.RecoveryPolicy;
import io.brainmatrix.operator.workload.WorkloadNames;
import io.fabric8.kubernetes.api.model.Quantity;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which instances of a matrix want to be let in, and what hinders those that may not queue. Pure.
 */
public final class CandidatePolicy {
    /** As the API defaults it; an object written before that default was there may lack it. */
    static final int HEADROOM_PERCENT = 20;

    /** As the API defaults it. */
    static final Duration LOAD_TIMEOUT = Duration.ofMinutes(5);

    /** Longer than the default backoff's waits; a user's may be hours. */
    private static final Duration LONGEST_KEPT = Duration.ofMinutes(1);

    /** As the API defaults it. */
    static final Duration SETTLE_WINDOW = Duration.ofSeconds(1);

    /** As the API defaults it: 16Mi. */
    static final long SETTLE_SLOPE = 16L << 20;

    private CandidatePolicy() {}

    /**
     * A matrix and what its volumes and pods are, as far as the queue is concerned.
     *
     * @param hashes hash of the desired pod, by instance
     * @param unified whether the node that is asked for has one pool for CPU and GPU
     * @param occupied instances with a pod that runs or whose end is not written down yet
     * @param leaving the other instances with a pod: it has ended, is counted and goes
     * @param modelHindrances what is wrong with an instance's model or volume, by instance
     */
    public record MatrixView(
            BrainMatrix matrix,
            boolean unified,
            Map<String, String> hashes,
            Set<String> occupied,
            Set<String> leaving,
            Map<String, Candidate.Hindrance> modelHindrances) {}

    /** All instances of the matrix that have no living pod and are placed on the node. */
    public static List<Candidate> on(String node, MatrixView view) {
        BrainMatrix matrix = view.matrix();
        if (matrix.getMetadata().getDeletionTimestamp() != null || matrix.getSpec() == null) {
            return List.of();
        }
        BrainMatrixSpec spec = matrix.getSpec();
        Map<String, InstanceStatus> statuses = statuses(matrix.getStatus());
        Watchers watchers = new Watchers(spec.instances());
        List<Candidate> candidates = new ArrayList<>();
        for (int order = 0; order < spec.instances().size(); order++) {
            Instance instance = spec.instances().get(order);
            InstanceStatus status = statuses.get(instance.name());
            if (status != null
                    && node.equals(status.node())
                    && !view.occupied().contains(instance.name())) {
                candidates.add(candidate(view, watchers, statuses, instance, status, order));
            }
        }
        return candidates;
    }

    private static Candidate candidate(
            MatrixView view,
            Watchers watchers,
            Map<String, InstanceStatus> statuses,
            Instance instance,
            InstanceStatus status,
            int order) {
        BrainMatrix matrix = view.matrix();
        var metadata = matrix.getMetadata();
        Admission admission = matrix.getSpec().admission();
        long life = 1 + (status.lives() == null ? 0 : status.lives());
        boolean edited = edited(status, view.hashes().get(instance.name()));
        return new Candidate(
                new InstanceKey(
                        metadata.getNamespace(),
                        metadata.getName(),
                        metadata.getUid(),
                        instance.name()),
                WorkloadNames.pod(metadata.getName(), instance.name(), life),
                Commitment.of(instance.budget(), view.unified()),
                headroomPercent(admission),
                watchers.effectivePriority(instance.name()),
                watchers.depth(instance.name()),
                Instant.parse(metadata.getCreationTimestamp()),
                order,
                settle(admission),
                waitingSince(status),
                Boolean.TRUE.equals(status.startedOnce()),
                edited ? Optional.empty() : Optional.ofNullable(status.nextAttempt()),
                edited ? Optional.empty() : keptUntil(status),
                hindrance(view, watchers, statuses, instance, status, edited));
    }

    private static Optional<Candidate.Hindrance> hindrance(
            MatrixView view,
            Watchers watchers,
            Map<String, InstanceStatus> statuses,
            Instance instance,
            InstanceStatus status,
            boolean edited) {
        if (Boolean.TRUE.equals(view.matrix().getSpec().suspend())) {
            return hindered(Reason.Suspended, "`spec.suspend` is true; set it to false");
        }
        if (!edited && diedTooOften(status, view.matrix().getSpec().recovery())) {
            return hindered(
                    Reason.TooManyDeaths,
                    "died %d times in a row; change its spec or set `spec.instances[%s].restartedAt`"
                            .formatted(
                                    status.crashes() == null
                                                    || status.crashes().consecutive() == null
                                            ? 0
                                            : status.crashes().consecutive(),
                                    instance.name()));
        }
        if (view.leaving().contains(instance.name())) {
            return hindered(
                    Reason.WaitingForPreviousPod, "its previous pod has ended and is going");
        }
        Candidate.Hindrance model = view.modelHindrances().get(instance.name());
        if (model != null) {
            return Optional.of(model);
        }
        if (!Boolean.TRUE.equals(status.startedOnce())) {
            Set<String> missing =
                    watchers.watchedBy(instance.name()).stream()
                            .filter(watched -> !startedOnce(statuses.get(watched)))
                            .collect(Collectors.toCollection(java.util.TreeSet::new));
            if (!missing.isEmpty()) {
                return hindered(
                        Reason.WaitingForWatched,
                        "starts once `%s`, which it watches, has been ready"
                                .formatted(String.join("`, `", missing)));
            }
        }
        return Optional.empty();
    }

    /**
     * Whether the spec asks for another pod than that of the latest life: backoff and suspension
     * are over then.
     */
    public static boolean edited(InstanceStatus status, @Nullable String desiredHash) {
        return status.specHash() != null && !status.specHash().equals(desiredHash);
    }

    /** Whether it has used up its tries: as many as the backoff has entries, and one more death. */
    public static boolean diedTooOften(InstanceStatus status, @Nullable Recovery recovery) {
        return status.crashes() != null
                && status.crashes().consecutive() != null
                && status.crashes().consecutive() > RecoveryPolicy.backoff(recovery).size();
    }

    /** Headroom in force, in percent. */
    public static int headroomPercent(@Nullable Admission admission) {
        return admission == null || admission.headroomPercent() == null
                ? HEADROOM_PERCENT
                : admission.headroomPercent();
    }

    /** Load timeout in force. */
    public static Duration loadTimeout(@Nullable Admission admission) {
        return admission == null || admission.loadTimeout() == null
                ? LOAD_TIMEOUT
                : Durations.parse(admission.loadTimeout());
    }

    /** What this matrix calls settled. */
    public static Candidate.SettleDemand settle(@Nullable Admission admission) {
        Settle settle = admission == null ? null : admission.settle();
        String window = settle == null ? null : settle.window();
        Quantity slope = settle == null ? null : settle.maxSlopePerSecond();
        return new Candidate.SettleDemand(
                window == null ? SETTLE_WINDOW : Durations.parse(window),
                slope == null ? SETTLE_SLOPE : Bytes.of(slope));
    }

    private static Optional<Instant> waitingSince(InstanceStatus status) {
        return status.conditions().stream()
                .filter(c -> c.type().equals("Admitted") && c.status() == ConditionStatus.False)
                .map(Condition::lastTransitionTime)
                .findFirst();
    }

    /**
     * Room is kept through the backoff after a death, as a node keeps a crashed container's: else
     * whoever waits would take it, and the dead one would not come back. Not for longer, since
     * others wait; nor after an eviction, whose aim is to empty the node.
     */
    private static Optional<Instant> keptUntil(InstanceStatus status) {
        Instant next = status.nextAttempt();
        boolean died =
                status.crashes() != null
                        && status.crashes().recent().stream()
                                .limit(1)
                                .map(Crash::endClass)
                                .anyMatch(c -> c != null && Ends.usesTry(c));
        if (!died || !startedOnce(status) || next == null) {
            return Optional.empty();
        }
        // While its pod is still there nobody has written down yet that it waits.
        Optional<Instant> most = waitingSince(status).map(since -> since.plus(LONGEST_KEPT));
        return Optional.of(most.filter(next::isAfter).orElse(next));
    }

    private static boolean startedOnce(@Nullable InstanceStatus status) {
        return status != null && Boolean.TRUE.equals(status.startedOnce());
    }

    private static Map<String, InstanceStatus> statuses(@Nullable BrainMatrixStatus status) {
        return status == null
                ? Map.of()
                : status.instances().stream()
                        .collect(
                                Collectors.toMap(
                                        InstanceStatus::name, Function.identity(), (a, b) -> a));
    }

    private static Optional<Candidate.Hindrance> hindered(Reason reason, String message) {
        return Optional.of(new Candidate.Hindrance(reason, message));
    }
}
