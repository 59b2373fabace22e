package io.brainmatrix.operator.metrics;

import io.brainmatrix.operator.admission.Action;
import io.brainmatrix.operator.admission.AdmissionDecision;
import io.brainmatrix.operator.admission.AdmissionPolicy;
import io.brainmatrix.operator.admission.NodeSnapshot;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts what a gate decides, and changes nothing of it. */
public final class GateTally implements AdmissionPolicy {
    private final AdmissionPolicy gate;
    private final Map<String, LongAdder> reasons = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> actions = new ConcurrentHashMap<>();

    /** Counts from 0. */
    public GateTally(AdmissionPolicy gate) {
        this.gate = gate;
        for (Class<?> action : Action.class.getPermittedSubclasses()) {
            actions.put(action.getSimpleName(), new LongAdder());
        }
    }

    @Override
    public AdmissionDecision decide(NodeSnapshot node) {
        AdmissionDecision decision = gate.decide(node);
        count(actions, decision.action().getClass().getSimpleName());
        decision.waiting().values().forEach(waits -> count(reasons, waits.reason().name()));
        return decision;
    }

    private static void count(Map<String, LongAdder> counts, String key) {
        counts.computeIfAbsent(key, k -> new LongAdder()).increment();
    }

    void collect(Families families) {
        reasons.forEach(
                (reason, count) ->
                        families.add(Meter.GATE_DECISIONS, List.of(), count.sum(), reason));
        actions.forEach(
                (action, count) ->
                        families.add(Meter.GATE_ACTIONS, List.of(), count.sum(), action));
    }
}
