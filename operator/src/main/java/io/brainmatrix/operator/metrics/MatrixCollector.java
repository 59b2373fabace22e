package io.brainmatrix.operator.metrics;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.BrainMatrixStatus;
import io.brainmatrix.api.v1alpha1.Condition;
import io.brainmatrix.api.v1alpha1.ConditionStatus;
import io.brainmatrix.api.v1alpha1.Conditions;
import io.brainmatrix.api.v1alpha1.Crash;
import io.brainmatrix.api.v1alpha1.Crashes;
import io.brainmatrix.api.v1alpha1.InstanceMemory;
import io.brainmatrix.api.v1alpha1.InstanceStatus;
import io.brainmatrix.api.v1alpha1.Reason;
import io.brainmatrix.operator.kube.ClusterView;
import io.prometheus.client.Collector;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the matrices say, collected at each scrape: totals survive a restart because they are in the
 * status, and the series of a matrix that is gone are gone with it.
 */
public final class MatrixCollector extends Collector {
    private final ClusterView cache;

    /** Collects from the cache. */
    public MatrixCollector(ClusterView cache) {
        this.cache = cache;
    }

    @Override
    public List<MetricFamilySamples> collect() {
        Families families =
                new Families(
                        Meter.INSTANCE_READY,
                        Meter.INSTANCE_WAITING,
                        Meter.INSTANCE_WAITING_SINCE,
                        Meter.INSTANCE_QUEUE_POSITION,
                        Meter.INSTANCE_PLACED,
                        Meter.INSTANCE_LIVES,
                        Meter.INSTANCE_DEATHS,
                        Meter.INSTANCE_DEATHS_BY_CLASS,
                        Meter.INSTANCE_SHED,
                        Meter.INSTANCE_CONSECUTIVE_DEATHS,
                        Meter.INSTANCE_RETRIES,
                        Meter.INSTANCE_RECENT_ENDS,
                        Meter.INSTANCE_LAST_END,
                        Meter.INSTANCE_NEXT_ATTEMPT,
                        Meter.INSTANCE_MEMORY_DECLARED,
                        Meter.INSTANCE_MEMORY_PREDICTED,
                        Meter.INSTANCE_MEMORY_STEADY,
                        Meter.INSTANCE_MEMORY_PEAK,
                        Meter.MATRIX_INSTANCES,
                        Meter.MATRIX_CONDITION,
                        Meter.MATRIX_SUSPENDED,
                        Meter.MATRIX_BEHIND);
        for (BrainMatrix matrix : cache.matrices()) {
            matrix(families, matrix);
            if (matrix.getStatus() != null) {
                for (InstanceStatus instance : matrix.getStatus().instances()) {
                    instance(families, matrix, instance);
                }
            }
        }
        return families.all();
    }

    private static void matrix(Families families, BrainMatrix matrix) {
        List<String> labels = labels(matrix);
        BrainMatrixStatus status =
                Objects.requireNonNullElse(matrix.getStatus(), BrainMatrixStatus.empty());
        families.add(Meter.MATRIX_INSTANCES, labels, matrix.getSpec().instances().size());
        families.addBoolean(
                Meter.MATRIX_SUSPENDED, labels, Boolean.TRUE.equals(matrix.getSpec().suspend()));
        for (Condition condition : status.conditions()) {
            families.addBoolean(
                    Meter.MATRIX_CONDITION,
                    labels,
                    condition.status() == ConditionStatus.True,
                    condition.type());
        }
        long written = Objects.requireNonNullElse(matrix.getMetadata().getGeneration(), 0L);
        long answered = Objects.requireNonNullElse(status.observedGeneration(), 0L);
        families.add(Meter.MATRIX_BEHIND, labels, Math.max(0, written - answered));
    }

    private static void instance(Families families, BrainMatrix matrix, InstanceStatus instance) {
        List<String> labels =
                List.of(
                        matrix.getMetadata().getNamespace(),
                        matrix.getMetadata().getName(),
                        instance.name());
        boolean answers = instance.reason() == Reason.Ready;
        families.addBoolean(Meter.INSTANCE_READY, labels, answers);
        if (!answers && instance.reason() != null) {
            families.add(Meter.INSTANCE_WAITING, labels, 1, instance.reason().name());
        }
        Conditions.find(instance.conditions(), "Admitted")
                .filter(c -> c.status() != ConditionStatus.True)
                .ifPresent(
                        c ->
                                families.addTime(
                                        Meter.INSTANCE_WAITING_SINCE,
                                        labels,
                                        c.lastTransitionTime()));
        families.addKnown(Meter.INSTANCE_QUEUE_POSITION, labels, instance.queuePosition());
        if (instance.node() != null) {
            families.add(Meter.INSTANCE_PLACED, labels, 1, instance.node());
        }
        families.add(Meter.INSTANCE_LIVES, labels, orZero(instance.lives()));
        families.add(Meter.INSTANCE_RETRIES, labels, orZero(instance.retries()));
        families.addTime(Meter.INSTANCE_NEXT_ATTEMPT, labels, instance.nextAttempt());
        ends(families, labels, Objects.requireNonNullElse(instance.crashes(), Crashes.none()));
        InstanceMemory memory = instance.memory();
        if (memory != null) {
            families.addKnown(Meter.INSTANCE_MEMORY_DECLARED, labels, memory.declared());
            families.addKnown(Meter.INSTANCE_MEMORY_PREDICTED, labels, memory.predicted());
            families.addKnown(Meter.INSTANCE_MEMORY_STEADY, labels, memory.steady());
            families.addKnown(Meter.INSTANCE_MEMORY_PEAK, labels, memory.peak());
        }
    }

    private static void ends(Families families, List<String> labels, Crashes crashes) {
        families.add(Meter.INSTANCE_DEATHS, labels, orZero(crashes.total()));
        crashes.byClass()
                .forEach(
                        (end, count) ->
                                families.add(Meter.INSTANCE_DEATHS_BY_CLASS, labels, count, end));
        families.add(Meter.INSTANCE_SHED, labels, orZero(crashes.shed()));
        families.add(Meter.INSTANCE_CONSECUTIVE_DEATHS, labels, orZero(crashes.consecutive()));
        Map<String, Integer> recent = new TreeMap<>();
        for (Crash crash : crashes.recent()) {
            if (crash.endClass() != null) {
                recent.merge(crash.endClass().name(), 1, Integer::sum);
            }
        }
        recent.forEach(
                (end, count) -> families.add(Meter.INSTANCE_RECENT_ENDS, labels, count, end));
        if (!crashes.recent().isEmpty()) {
            Crash last = crashes.recent().getFirst();
            if (last.endClass() != null) {
                families.addTime(
                        Meter.INSTANCE_LAST_END, labels, last.when(), last.endClass().name());
            }
        }
    }

    private static List<String> labels(BrainMatrix matrix) {
        return List.of(matrix.getMetadata().getNamespace(), matrix.getMetadata().getName());
    }

    private static double orZero(@Nullable Number value) {
        return value == null ? 0 : value.doubleValue();
    }
}
