package io.brainmatrix.operator.matrix;

import io.brainmatrix.api.v1alpha1.BrainMatrixStatus;
import io.brainmatrix.api.v1alpha1.Crash;
import io.brainmatrix.api.v1alpha1.Crashes;
import io.brainmatrix.api.v1alpha1.EndClass;
import io.brainmatrix.api.v1alpha1.InstanceStatus;
import io.brainmatrix.api.v1alpha1.MindStatus;
import io.brainmatrix.api.v1alpha1.Phase;
import io.brainmatrix.api.v1alpha1.Reason;
import io.brainmatrix.operator.recovery.Ends;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The Events of a transition from one status to the next: deaths, that watchers saw some,
 * resurrections, and changed reasons, those apart that every admission goes through. No code reads
 * them.
 */
public final class StatusEvents {
    private static final Set<Phase> TROUBLED = Set.of(Phase.BackOff, Phase.Faulty, Phase.Suspended);

    /** Steps of every admission: the status tells them, and an Event for each would be noise. */
    private static final Set<Reason> ORDINARY =
            Set.of(
                    Reason.Loading,
                    Reason.WaitingForReading,
                    Reason.WaitingForLane,
                    Reason.WaitingInQueue,
                    Reason.WaitingForSettledMemory,
                    Reason.WaitingForWatched,
                    Reason.WaitingForPreviousPod,
                    Reason.VolumeNotReady);

    private static final String DIED = "Died";
    private static final String RESURRECTED = "Resurrected";
    private static final String MODEL_CHANGED = "ModelChanged";
    private static final String SUSPENDED = "Suspended";
    private static final String DEATH_SEEN = "DeathSeen";

    private StatusEvents() {}

    /**
     * An Event to be published.
     *
     * @param warning whether its type is Warning instead of Normal
     */
    public record Draft(boolean warning, String reason, String message) {}

    /** What happened between two statuses of one matrix. */
    public static List<Draft> between(@Nullable BrainMatrixStatus old, BrainMatrixStatus now) {
        Map<String, InstanceStatus> before =
                old == null
                        ? Map.of()
                        : old.instances().stream()
                                .collect(
                                        Collectors.toMap(
                                                InstanceStatus::name,
                                                Function.identity(),
                                                (a, b) -> a));
        List<Draft> events = new ArrayList<>();
        for (InstanceStatus instance : now.instances()) {
            InstanceStatus earlier = before.get(instance.name());
            deaths(earlier, instance, events);
            model(earlier, instance, events);
            seen(earlier, instance, events);
            if (instance.reason() != null
                    && !ORDINARY.contains(instance.reason())
                    && (earlier == null || earlier.reason() != instance.reason())) {
                events.add(transition(instance));
            }
        }
        return events;
    }

    private static void deaths(
            @Nullable InstanceStatus earlier, InstanceStatus instance, List<Draft> events) {
        Set<String> told = new HashSet<>();
        if (earlier != null) {
            recent(earlier).forEach(crash -> told.add(crash.podUid()));
        }
        for (Crash crash : recent(instance).reversed()) {
            if (!told.contains(crash.podUid())) {
                events.add(end(instance, crash));
            }
        }
    }

    /** The spec names the file that it named before, and another one is there. */
    private static void model(
            @Nullable InstanceStatus earlier, InstanceStatus instance, List<Draft> events) {
        if (earlier == null
                || earlier.modelFingerprint() == null
                || earlier.modelFingerprint().equals(instance.modelFingerprint())
                || !Objects.equals(earlier.specHash(), instance.specHash())) {
            return;
        }
        events.add(
                new Draft(
                        true,
                        MODEL_CHANGED,
                        "%s, life %s: the model's file is another than before (fingerprint %.12s, was %.12s); declare `model.sha256` to have such a file refused"
                                .formatted(
                                        instance.name(),
                                        instance.lives(),
                                        instance.modelFingerprint(),
                                        earlier.modelFingerprint())));
    }

    /** A watcher's thoughts were told of deaths; those of an earlier life are seen no more. */
    private static void seen(
            @Nullable InstanceStatus earlier, InstanceStatus instance, List<Draft> events) {
        boolean sameLife = earlier != null && longOf(earlier.lives()) == longOf(instance.lives());
        long before = sameLife ? deathsSeen(earlier) : 0;
        long now = deathsSeen(instance);
        if (now > before) {
            events.add(
                    new Draft(
                            false,
                            DEATH_SEEN,
                            "%s, life %s: it was told of deaths of those it watches; in this life so far: %d"
                                    .formatted(instance.name(), instance.lives(), now)));
        }
    }

    private static long deathsSeen(@Nullable InstanceStatus instance) {
        MindStatus mind = instance == null ? null : instance.mind();
        return mind == null ? 0 : longOf(mind.deathsSeen());
    }

    private static Draft end(InstanceStatus instance, Crash crash) {
        String message =
                "%s, life %s: %s".formatted(instance.name(), crash.life(), crash.message());
        EndClass endClass = crash.endClass();
        if (endClass == null || !Ends.usesTry(endClass)) {
            return new Draft(true, endClass == null ? "Ended" : endClass.name(), message);
        }
        long total = instance.crashes() == null ? 0 : longOf(instance.crashes().total());
        return new Draft(true, DIED, "%s; deaths so far: %d".formatted(message, total));
    }

    private static Draft transition(InstanceStatus instance) {
        String message = "%s: %s".formatted(instance.name(), instance.message());
        if (instance.reason() == Reason.TooManyDeaths) {
            return new Draft(true, SUSPENDED, message);
        }
        Optional<Crash> death = lastLifesDeath(instance);
        if (instance.reason() == Reason.Ready && death.isPresent()) {
            return new Draft(
                    false,
                    RESURRECTED,
                    "%s, life %d after %s"
                            .formatted(message, instance.lives(), death.get().endClass()));
        }
        return new Draft(
                instance.phase() != null && TROUBLED.contains(instance.phase()),
                String.valueOf(instance.reason()),
                longOf(instance.lives()) > 1
                        ? "%s, life %d".formatted(message, instance.lives())
                        : message);
    }

    /** The death of the life before the present one; empty when that ended in another way. */
    private static Optional<Crash> lastLifesDeath(InstanceStatus instance) {
        return recent(instance).stream()
                .filter(c -> longOf(c.life()) == longOf(instance.lives()) - 1)
                .filter(c -> c.endClass() != null && Ends.isTold(c.endClass()))
                .findFirst();
    }

    private static long longOf(@Nullable Long count) {
        return count == null ? 0 : count;
    }

    private static List<Crash> recent(InstanceStatus instance) {
        Crashes crashes = instance.crashes();
        return crashes == null ? List.of() : crashes.recent();
    }
}
