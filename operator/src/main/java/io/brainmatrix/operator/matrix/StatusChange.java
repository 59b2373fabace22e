package io.brainmatrix.operator.matrix;

import io.brainmatrix.api.v1alpha1.BrainMatrixStatus;
import io.brainmatrix.api.v1alpha1.InstanceMemory;
import io.brainmatrix.api.v1alpha1.InstanceStatus;
import io.brainmatrix.api.v1alpha1.MindStatus;
import io.brainmatrix.api.v1alpha1.Phase;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How much two statuses differ, and so how soon the difference is written: an edge API server takes
 * few writes, and much of what is so for a moment while an instance is let in is not so the next.
 */
public enum StatusChange {
    /** Nothing to write. */
    NONE,
    /** Only quantities in messages and measured bytes: now and then. */
    NUMBERS,
    /** Why somebody waits, or how far a load is: when it is still so a moment later. */
    PASSING,
    /** What others go by, or what a person looks for: at once. */
    FACTS;

    private static final Pattern QUANTITY = Pattern.compile("-?\\d+(\\.\\d+)?(Ki|Mi|Gi|Ti)");

    /** Bytes that were measured are told anew when they differ by a twentieth. */
    private static final int NOTABLE = 20;

    private static final int PACE = 4;

    /** Compares two statuses. */
    public static StatusChange between(@Nullable BrainMatrixStatus old, BrainMatrixStatus now) {
        if (now.equals(old)) {
            return NONE;
        }
        if (old == null || !facts(old).equals(facts(now))) {
            return FACTS;
        }
        String before = text(old);
        String after = text(now);
        if (!withoutNumbers(before).equals(withoutNumbers(after))) {
            return PASSING;
        }
        return !before.equals(after) || notable(old, now) ? NUMBERS : NONE;
    }

    /**
     * What must not be late. The model's fingerprint may be: the next life alone goes by it, and an
     * end is a fact, which brings it along.
     *
     * @param phase empty while it waits or loads: between these it goes back and forth
     */
    private record Fact(
            String phase,
            @Nullable String node,
            @Nullable String pod,
            @Nullable Long lives,
            @Nullable String specHash,
            @Nullable Object crashes,
            @Nullable Integer retries,
            @Nullable Object nextAttempt,
            List<String> modelMissingOn) {
        static Fact of(InstanceStatus i) {
            boolean passing =
                    i.phase() == null || i.phase() == Phase.Waiting || i.phase() == Phase.Loading;
            return new Fact(
                    passing ? "" : String.valueOf(i.phase()),
                    i.node(),
                    i.pod(),
                    i.lives(),
                    i.specHash(),
                    i.crashes(),
                    i.retries(),
                    i.nextAttempt(),
                    i.modelMissingOn());
        }
    }

    private static Map<String, Fact> facts(BrainMatrixStatus status) {
        Map<String, Fact> facts = new HashMap<>();
        status.instances().forEach(i -> facts.put(i.name(), Fact.of(i)));
        return facts;
    }

    private static String withoutNumbers(String text) {
        return QUANTITY.matcher(text).replaceAll("#");
    }

    /** All but what was measured. */
    private static String text(BrainMatrixStatus status) {
        return Serialization.asJson(
                new BrainMatrixStatus(
                        status.observedGeneration(),
                        status.ready(),
                        status.reason(),
                        status.deaths(),
                        null,
                        status.nodes(),
                        status.conditions(),
                        status.instances().stream().map(StatusChange::unmeasured).toList()));
    }

    private static InstanceStatus unmeasured(InstanceStatus i) {
        InstanceMemory memory = i.memory();
        return i.measured(
                memory == null ? null : new InstanceMemory(memory.declared(), null, null, null),
                null);
    }

    private static boolean notable(BrainMatrixStatus old, BrainMatrixStatus now) {
        Map<String, InstanceMemory> before = new HashMap<>();
        old.instances().stream()
                .filter(i -> i.memory() != null)
                .forEach(i -> before.put(i.name(), Objects.requireNonNull(i.memory())));
        return now.instances().stream().anyMatch(i -> notable(before.get(i.name()), i.memory()))
                || thinkOtherwise(old, now);
    }

    private static boolean thinkOtherwise(BrainMatrixStatus old, BrainMatrixStatus now) {
        Map<String, MindStatus> before = new HashMap<>();
        old.instances().stream()
                .filter(i -> i.mind() != null)
                .forEach(i -> before.put(i.name(), Objects.requireNonNull(i.mind())));
        return now.instances().stream()
                .anyMatch(i -> thinksOtherwise(before.get(i.name()), i.mind()));
    }

    private static boolean thinksOtherwise(@Nullable MindStatus old, @Nullable MindStatus now) {
        if (old == null || now == null) {
            return (old == null) != (now == null);
        }
        return !Objects.equals(old.deathsSeen(), now.deathsSeen())
                || another(old.thoughtsPerMinute(), now.thoughtsPerMinute());
    }

    /** Thoughts fall unevenly into minutes: one more or less, or a quarter, is no other pace. */
    private static boolean another(@Nullable Integer old, @Nullable Integer now) {
        if (old == null || now == null || (old == 0) != (now == 0)) {
            return !Objects.equals(old, now);
        }
        return Math.abs(now - old) > Math.max(1, old / PACE);
    }

    private static boolean notable(@Nullable InstanceMemory old, @Nullable InstanceMemory now) {
        if (old == null || now == null) {
            return (old == null) != (now == null);
        }
        return notable(old.predicted(), now.predicted())
                || notable(old.steady(), now.steady())
                || notable(old.peak(), now.peak());
    }

    private static boolean notable(@Nullable Long old, @Nullable Long now) {
        if (old == null || now == null) {
            return !Objects.equals(old, now);
        }
        return Math.abs(now - old) > old / NOTABLE;
    }
}
