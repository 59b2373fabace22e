package io.brainmatrix.operator.kube;

import io.brainmatrix.api.v1alpha1.Reason;
import io.brainmatrix.operator.admission.Candidate;
import io.brainmatrix.operator.admission.InstanceKey;
import io.brainmatrix.operator.recovery.RecoveryPolicy;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Pods that the API server refused. There is no pod to carry the refusal to the status, so it is
 * noted on the lane: an annotation per instance, {@code <when>|<tries>|<message>}. A restarted
 * operator finds it there.
 */
final class Refusals {
    private static final String PREFIX = "brainmatrix.io/refused-";
    private static final int UID_CHARS = 8;

    private Refusals() {}

    private record Refusal(Instant at, int tries, String message) {}

    /** The lane's annotations with one more refusal of an instance. */
    static Map<String, String> noted(
            Map<String, String> annotations, InstanceKey key, Instant now, String message) {
        Map<String, String> noted = new HashMap<>(annotations);
        int tries = find(annotations, key).map(Refusal::tries).orElse(0) + 1;
        noted.put(name(key), "%s|%d|%s".formatted(now, tries, message));
        return noted;
    }

    /** The lane's annotations without those of an instance. */
    static Map<String, String> cleared(Map<String, String> annotations, InstanceKey key) {
        Map<String, String> cleared = new HashMap<>(annotations);
        cleared.remove(name(key));
        return cleared;
    }

    static boolean isNoted(Map<String, String> annotations, InstanceKey key) {
        return annotations.containsKey(name(key));
    }

    /** The candidate, held back while its delay runs. */
    static Candidate apply(Candidate candidate, Optional<Lease> lease, Instant now) {
        Optional<Refusal> refusal =
                lease.map(l -> l.getMetadata().getAnnotations())
                        .flatMap(annotations -> find(annotations, candidate.key()));
        if (refusal.isEmpty() || candidate.hindrance().isPresent()) {
            return candidate;
        }
        Duration delay = RecoveryPolicy.faultDelay(refusal.get().tries());
        Instant until = refusal.get().at().plus(delay);
        return until.isAfter(now)
                ? candidate.hinderedUntil(
                        until,
                        new Candidate.Hindrance(
                                Reason.PodRefused,
                                "the API server refused its pod: " + refusal.get().message()))
                : candidate;
    }

    private static Optional<Refusal> find(Map<String, String> annotations, InstanceKey key) {
        String noted = annotations == null ? null : annotations.get(name(key));
        if (noted == null) {
            return Optional.empty();
        }
        String[] parts = noted.split("\\|", 3);
        try {
            return parts.length == 3
                    ? Optional.of(
                            new Refusal(
                                    Instant.parse(parts[0]), Integer.parseInt(parts[1]), parts[2]))
                    : Optional.empty();
        } catch (java.time.format.DateTimeParseException | NumberFormatException e) {
            return Optional.empty(); // somebody else's hand: as if there were none
        }
    }

    private static String name(InstanceKey key) {
        String uid = key.matrixUid();
        return PREFIX + key.instance() + "-" + uid.substring(0, Math.min(UID_CHARS, uid.length()));
    }
}
