package io.brainmatrix.operator.matrix;

import io.brainmatrix.api.v1alpha1.BrainMatrixStatus;
import io.brainmatrix.api.v1alpha1.Condition;
import io.brainmatrix.api.v1alpha1.ConditionStatus;
import io.brainmatrix.api.v1alpha1.Conditions;
import io.brainmatrix.api.v1alpha1.Crashes;
import io.brainmatrix.api.v1alpha1.InstanceStatus;
import io.brainmatrix.api.v1alpha1.MindStatus;
import io.brainmatrix.api.v1alpha1.Phase;
import io.brainmatrix.api.v1alpha1.Reason;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The matrix's own conditions, from those of its instances. */
final class MatrixStatus {
    private static final Set<Reason> UNFIT =
            Set.of(Reason.WaitingForMemory, Reason.BudgetExceedsNode, Reason.NoNodeFits);
    private static final Set<Phase> DEGRADED = Set.of(Phase.BackOff, Phase.Faulty, Phase.Suspended);

    private MatrixStatus() {}

    static BrainMatrixStatus of(
            MatrixSnapshot snapshot,
            BrainMatrixStatus old,
            Set<String> wanted,
            List<InstanceStatus> instances) {
        List<InstanceStatus> declared =
                instances.stream().filter(i -> wanted.contains(i.name())).toList();
        long ready = declared.stream().filter(i -> i.phase() == Phase.Ready).count();
        boolean fits = declared.stream().noneMatch(i -> UNFIT.contains(reason(i)));
        boolean admitted = declared.stream().allMatch(MatrixStatus::isAdmitted);
        boolean degraded = declared.stream().anyMatch(i -> DEGRADED.contains(i.phase()));
        List<Condition> conditions =
                List.of(
                        condition(
                                snapshot,
                                "BudgetFits",
                                fits,
                                fits ? Reason.BudgetFits : Reason.WaitingForMemory,
                                fits
                                        ? "every budget has its place"
                                        : those(declared, i -> UNFIT.contains(reason(i)))),
                        condition(
                                snapshot,
                                "Admitted",
                                admitted,
                                admitted ? Reason.AllAdmitted : Reason.SomeInstancesWaiting,
                                admitted
                                        ? "every instance is let in"
                                        : those(declared, i -> !isAdmitted(i))),
                        condition(
                                snapshot,
                                "Ready",
                                ready == declared.size(),
                                ready == declared.size()
                                        ? Reason.Ready
                                        : Reason.SomeInstancesWaiting,
                                ready == declared.size()
                                        ? "every instance answers requests"
                                        : those(declared, i -> i.phase() != Phase.Ready)),
                        condition(
                                snapshot,
                                "Degraded",
                                degraded,
                                degraded ? Reason.SomeInstancesDegraded : Reason.AsDeclared,
                                degraded
                                        ? those(declared, i -> DEGRADED.contains(i.phase()))
                                        : "no instance is in trouble"));
        return new BrainMatrixStatus(
                snapshot.matrix().getMetadata().getGeneration(),
                ready + "/" + declared.size(),
                declared.stream()
                        .filter(i -> i.phase() != Phase.Ready)
                        .findFirst()
                        .map(MatrixStatus::reason)
                        .orElse(Reason.Ready),
                deaths(instances),
                thoughts(declared),
                nodes(declared),
                Conditions.merge(old.conditions(), conditions),
                instances);
    }

    private static long deaths(List<InstanceStatus> instances) {
        return instances.stream()
                .map(InstanceStatus::crashes)
                .filter(Objects::nonNull)
                .map(Crashes::total)
                .filter(Objects::nonNull)
                .mapToLong(Long::longValue)
                .sum();
    }

    private static @Nullable Integer thoughts(List<InstanceStatus> instances) {
        return instances.stream()
                .map(InstanceStatus::mind)
                .filter(Objects::nonNull)
                .map(MindStatus::thoughtsPerMinute)
                .filter(Objects::nonNull)
                .reduce(Integer::sum)
                .orElse(null);
    }

    /** Text, because kubectl shows a list as JSON. */
    private static @Nullable String nodes(List<InstanceStatus> instances) {
        String nodes =
                instances.stream()
                        .map(InstanceStatus::node)
                        .filter(Objects::nonNull)
                        .distinct()
                        .sorted()
                        .collect(Collectors.joining(","));
        return nodes.isEmpty() ? null : nodes;
    }

    static List<Condition> instanceConditions(
            List<Condition> old,
            boolean admitted,
            boolean ready,
            Reason reason,
            String message,
            MatrixSnapshot snapshot) {
        return Conditions.merge(
                old,
                List.of(
                        condition(snapshot, "Admitted", admitted, reason, message),
                        condition(snapshot, "Ready", ready, reason, message)));
    }

    private static boolean isAdmitted(InstanceStatus instance) {
        return Conditions.find(instance.conditions(), "Admitted")
                .filter(c -> c.status() == ConditionStatus.True)
                .isPresent();
    }

    private static Reason reason(InstanceStatus instance) {
        return instance.reason() == null ? Reason.NotObserved : instance.reason();
    }

    private static String those(
            List<InstanceStatus> instances, Predicate<InstanceStatus> troubled) {
        return instances.stream()
                .filter(troubled)
                .map(i -> "%s: %s: %s".formatted(i.name(), reason(i), i.message()))
                .collect(Collectors.joining("; "));
    }

    private static Condition condition(
            MatrixSnapshot snapshot, String type, boolean holds, Reason reason, String message) {
        return new Condition(
                type,
                ConditionStatus.of(holds),
                reason.name(),
                message,
                snapshot.now().truncatedTo(ChronoUnit.SECONDS),
                snapshot.matrix().getMetadata().getGeneration());
    }
}
