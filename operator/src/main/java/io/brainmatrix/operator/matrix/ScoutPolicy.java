package io.brainmatrix.operator.matrix;

import io.brainmatrix.api.v1alpha1.InstanceStatus;
import io.brainmatrix.api.v1alpha1.Phase;
import io.brainmatrix.api.v1alpha1.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who has a scout: an instance whose model's file is missing on the node where it would be tried
 * next, or wrong, for as long as that try is far off. A scout only shortens a wait: where there is
 * none, for whatever reason, the next life looks. Pure.
 */
public final class ScoutPolicy {
    /**
     * From this fault in a row on. The first wait is short enough by itself; and since a word of a
     * scout begins the row anew, one of those short waits lies between any two (R8).
     */
    private static final int FIRST_RETRY = 2;

    /**
     * A scout goes this long before the next life: its volume may be one that a single pod or node
     * may have, and its memory is charged.
     */
    static final Duration GIVES_WAY = Duration.ofSeconds(3);

    /** What another file at the same path mends. */
    private static final Set<Reason> WRONG =
            Set.of(Reason.ModelInvalid, Reason.DigestMismatch, Reason.FootprintOverBudget);

    private ScoutPolicy() {}

    /** Whether an instance waits because of a file that is there and will not do. */
    static boolean isWrong(@Nullable Reason reason) {
        return reason != null && WRONG.contains(reason);
    }

    /** The scout whose word ends the wait after this life, if one has spoken. */
    static Optional<ScoutView> word(List<ScoutView> scouts, String instance, long life) {
        return scouts.stream()
                .filter(s -> s.found() && s.instance().equals(instance) && s.life() == life)
                .findFirst();
    }

    /** What is to be done, once the statuses are what they are. */
    static List<ScoutStep> steps(MatrixSnapshot snapshot, List<InstanceStatus> statuses) {
        List<ScoutStep> steps = new ArrayList<>();
        for (ScoutView scout : snapshot.scouts()) {
            boolean awaited = statuses.stream().anyMatch(s -> isOf(scout, s, snapshot));
            if (!awaited && !scout.deleting()) {
                steps.add(new ScoutStep.Recall(scout.pod(), scout.uid()));
            }
        }
        for (InstanceStatus status : statuses) {
            String node = status.node();
            boolean there =
                    snapshot.scouts().stream()
                            .anyMatch(
                                    s ->
                                            s.instance().equals(status.name())
                                                    && s.life() == lives(status));
            if (node != null
                    && !there
                    && wanted(snapshot, status)
                    && snapshot.roomForScouts().contains(node)) {
                steps.add(
                        new ScoutStep.Send(status.name(), lives(status), node, wrongUntil(status)));
            }
        }
        return steps;
    }

    private static boolean isOf(ScoutView scout, InstanceStatus status, MatrixSnapshot snapshot) {
        return scout.instance().equals(status.name())
                && scout.life() == lives(status)
                && scout.node().equals(status.node())
                && wanted(snapshot, status);
    }

    private static boolean wanted(MatrixSnapshot snapshot, InstanceStatus status) {
        return givesWayAt(status).filter(at -> at.isAfter(snapshot.now())).isPresent()
                && !snapshot.modelHindrances().containsKey(status.name());
    }

    /** When an instance's scout has to go; empty for one that is to have none. */
    public static Optional<Instant> givesWayAt(InstanceStatus status) {
        boolean missing =
                status.reason() == Reason.ModelMissing
                        && status.node() != null
                        && status.modelMissingOn().contains(status.node());
        boolean wanted =
                status.phase() == Phase.Faulty
                        && (missing || wrongUntil(status).isPresent())
                        && status.node() != null
                        && status.retries() != null
                        && status.retries() >= FIRST_RETRY;
        return wanted
                ? Optional.ofNullable(status.nextAttempt()).map(next -> next.minus(GIVES_WAY))
                : Optional.empty();
    }

    private static Optional<Instant> wrongUntil(InstanceStatus status) {
        return isWrong(status.reason()) && status.crashes() != null
                ? status.crashes().recent().stream()
                        .filter(c -> Objects.equals(c.life(), lives(status)))
                        .flatMap(c -> Optional.ofNullable(c.when()).stream())
                        .findFirst()
                : Optional.empty();
    }

    private static long lives(InstanceStatus status) {
        return status.lives() == null ? 0 : status.lives();
    }
}
