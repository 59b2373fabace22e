package io.brainmatrix.api.v1alpha1;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Conditions of one object. */
public final class Conditions {
    private Conditions() {}

    /**
     * What to write: the wanted ones sorted by type, each with the time of its last flip. That time
     * is taken over from the old one unless the status differs.
     */
    public static List<Condition> merge(List<Condition> old, List<Condition> wanted) {
        List<Condition> merged = new ArrayList<>();
        for (Condition condition : wanted) {
            merged.add(
                    find(old, condition.type())
                            .filter(before -> before.status() == condition.status())
                            .map(before -> since(condition, before))
                            .orElse(condition));
        }
        merged.sort(Comparator.comparing(Condition::type));
        return List.copyOf(merged);
    }

    /** The condition of a type, if there is one. */
    public static Optional<Condition> find(List<Condition> conditions, String type) {
        return conditions.stream().filter(c -> c.type().equals(type)).findFirst();
    }

    private static Condition since(Condition condition, Condition before) {
        return new Condition(
                condition.type(),
                condition.status(),
                condition.reason(),
                condition.message(),
                before.lastTransitionTime(),
                condition.observedGeneration());
    }
}
