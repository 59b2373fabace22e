package io.brainmatrix.operator.matrix;

import io.brainmatrix.api.v1alpha1.BrainMatrixSpec;
import io.brainmatrix.api.v1alpha1.BrainMatrixStatus;
import io.brainmatrix.api.v1alpha1.Instance;
import io.brainmatrix.api.v1alpha1.InstanceStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Decides about one matrix: counts ends, stops what shall not run, and describes every instance.
 * Pure; what was counted before is in the status, so a restarted operator decides the same (R5,
 * R6).
 */
public final class MatrixPolicy {
    private MatrixPolicy() {}

    /** Decides from one snapshot; total for anything that a cluster can contain. */
    public static MatrixPlan decide(MatrixSnapshot snapshot) {
        BrainMatrixSpec spec = snapshot.matrix().getSpec();
        BrainMatrixStatus old =
                snapshot.matrix().getStatus() == null
                        ? BrainMatrixStatus.empty()
                        : snapshot.matrix().getStatus();
        Map<String, Instance> wanted = new LinkedHashMap<>();
        spec.instances().forEach(i -> wanted.putIfAbsent(i.name(), i));
        Map<String, InstanceStatus> known = new TreeMap<>();
        old.instances().forEach(s -> known.put(s.name(), s));
        snapshot.pods().forEach(p -> known.computeIfAbsent(p.instance(), InstancePolicy::unseen));

        List<InstanceStatus> statuses = new ArrayList<>();
        List<PodStep> steps = new ArrayList<>();
        Replacements replacements = Replacements.of(snapshot);
        for (Instance instance : wanted.values()) {
            InstanceStatus before =
                    Optional.ofNullable(known.remove(instance.name()))
                            .orElseGet(() -> InstancePolicy.unseen(instance.name()));
            InstancePolicy.Outcome outcome =
                    InstancePolicy.decide(snapshot, Optional.of(instance), before, replacements);
            statuses.add(outcome.status());
            steps.addAll(outcome.steps());
        }
        for (InstanceStatus tombstone : known.values()) {
            InstancePolicy.Outcome outcome =
                    InstancePolicy.decide(snapshot, Optional.empty(), tombstone, replacements);
            statuses.add(outcome.status());
            steps.addAll(outcome.steps());
        }
        return new MatrixPlan(
                MatrixStatus.of(snapshot, old, wanted.keySet(), statuses),
                steps,
                ScoutPolicy.steps(snapshot, statuses));
    }
}
