package io.brainmatrix.operator.herald;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.Condition;
import io.brainmatrix.api.v1alpha1.ConditionStatus;
import io.brainmatrix.api.v1alpha1.Conditions;
import io.brainmatrix.api.v1alpha1.Crash;
import io.brainmatrix.api.v1alpha1.Crashes;
import io.brainmatrix.api.v1alpha1.EndClass;
import io.brainmatrix.api.v1alpha1.InstanceStatus;
import io.brainmatrix.api.v1alpha1.Reason;
import io.brainmatrix.operator.recovery.Ends;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a matrix's status tells of: each death as far back as it goes, the resurrection that it
 * shows, a suspension that holds. The status is the memory: an operator that begins anew tells all
 * of it again, word for word, and the chronicle knows what it has. Pure.
 */
public final class Tidings {
    private static final int EXIT_CODE_MAX = 255;

    /** As the chronicle takes a phase: one word. */
    private static final String WORD = "[A-Za-z][A-Za-z0-9]{0,31}";

    private Tidings() {}

    /**
     * All that is to be told, in the order in which it happened to each instance.
     *
     * @param podUid of a pod of the matrix, by its name; empty when it is not known (yet), and then
     *     the resurrection that it stands for is not told (yet)
     */
    public static List<Tiding> of(BrainMatrix matrix, Function<String, Optional<String>> podUid) {
        List<Tiding> all = new ArrayList<>();
        if (matrix.getStatus() != null) {
            for (InstanceStatus instance : matrix.getStatus().instances()) {
                deaths(matrix, instance, all);
                resurrection(matrix, instance, podUid, all);
                suspension(matrix, instance, all);
            }
        }
        return all;
    }

    /** Oldest first. The count of each follows from the total, which never shrinks. */
    private static void deaths(BrainMatrix matrix, InstanceStatus instance, List<Tiding> all) {
        List<Crash> newestFirst = recent(instance).stream().filter(Tidings::isTold).toList();
        long deaths = total(instance);
        List<Tiding> told = new ArrayList<>();
        for (Crash crash : newestFirst) {
            Instant when = crash.when();
            EndClass end = crash.endClass();
            if (when != null && end != null && crash.life() != null) {
                ObjectNode details = JsonNodeFactory.instance.objectNode();
                details.put("class", end.name()).put("podUid", crash.podUid());
                Integer code = crash.exitCode();
                if (code != null && code >= 0 && code <= EXIT_CODE_MAX) {
                    details.put("exitCode", code);
                }
                String phase = crash.phase();
                if (phase != null && phase.matches(WORD)) {
                    details.put("phase", phase);
                }
                count(details, "peakBytes", crash.peak());
                count(details, "budgetBytes", crash.budget());
                count(details, "deaths", deaths);
                told.add(
                        tiding(
                                matrix,
                                instance,
                                crash.life(),
                                "Death",
                                when,
                                Objects.requireNonNullElse(crash.message(), end.name()),
                                details));
            }
            deaths--;
        }
        all.addAll(told.reversed());
    }

    /** That it is ready again, after a life that ended in a death. */
    private static void resurrection(
            BrainMatrix matrix,
            InstanceStatus instance,
            Function<String, Optional<String>> podUid,
            List<Tiding> all) {
        Long life = instance.lives();
        String pod = instance.pod();
        if (life == null || pod == null || instance.reason() != Reason.Ready) {
            return;
        }
        Optional<Crash> death =
                recent(instance).stream()
                        .filter(c -> c.life() != null && c.life() == life - 1 && isTold(c))
                        .findFirst();
        Optional<Instant> since = since(instance, ConditionStatus.True);
        Optional<String> uid = podUid.apply(pod);
        if (death.isPresent() && since.isPresent() && uid.isPresent()) {
            ObjectNode details = JsonNodeFactory.instance.objectNode().put("podUid", uid.get());
            count(details, "deaths", total(instance));
            all.add(
                    tiding(
                            matrix,
                            instance,
                            life,
                            "Resurrection",
                            since.get(),
                            "life %d after %s".formatted(life, death.get().endClass()),
                            details));
        }
    }

    /** By too many deaths, when the last came; by the spec, since when it has not been ready. */
    private static void suspension(BrainMatrix matrix, InstanceStatus instance, List<Tiding> all) {
        Reason reason = instance.reason();
        Long life = instance.lives();
        if (life == null || life < 1) {
            return;
        }
        Optional<Instant> when =
                reason == Reason.TooManyDeaths
                        ? recent(instance).stream()
                                .filter(Tidings::isTold)
                                .map(Crash::when)
                                .filter(Objects::nonNull)
                                .findFirst()
                        : reason == Reason.Suspended
                                ? since(instance, ConditionStatus.False)
                                : Optional.empty();
        if (when.isPresent() && reason != null) {
            ObjectNode details = JsonNodeFactory.instance.objectNode();
            details.put("reason", reason.name());
            count(details, "deaths", total(instance));
            all.add(
                    tiding(
                            matrix,
                            instance,
                            life,
                            "Suspension",
                            when.get(),
                            reason.name(),
                            details));
        }
    }

    private static Tiding tiding(
            BrainMatrix matrix,
            InstanceStatus instance,
            long life,
            String kind,
            Instant at,
            String text,
            ObjectNode details) {
        ObjectNode entry =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("namespace", matrix.getMetadata().getNamespace())
                        .put("matrix", matrix.getMetadata().getName())
                        .put("matrixUid", matrix.getMetadata().getUid())
                        .put("instance", instance.name())
                        .put("life", life)
                        .put("kind", kind)
                        .put("number", 0)
                        .put("at", at.toString())
                        .put("text", text);
        entry.set("details", details);
        return new Tiding("%s/%d/%s".formatted(instance.name(), life, kind), entry.toString());
    }

    private static void count(ObjectNode details, String field, @Nullable Long value) {
        if (value != null && value >= 0) {
            details.put(field, value);
        }
    }

    private static boolean isTold(Crash crash) {
        return crash.endClass() != null && Ends.isTold(crash.endClass());
    }

    /** What the instance itself is told: deaths, and lives ended for the node's sake. */
    private static long total(InstanceStatus instance) {
        Crashes crashes = instance.crashes();
        return crashes == null
                ? 0
                : crashes.byClass().values().stream().mapToLong(Long::longValue).sum();
    }

    private static List<Crash> recent(InstanceStatus instance) {
        Crashes crashes = instance.crashes();
        return crashes == null ? List.of() : crashes.recent();
    }

    private static Optional<Instant> since(InstanceStatus instance, ConditionStatus status) {
        return Conditions.find(instance.conditions(), "Ready")
                .filter(c -> c.status() == status)
                .map(Condition::lastTransitionTime);
    }
}
