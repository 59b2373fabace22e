package io.brainmatrix.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import io.brainmatrix.quickstart.Chat;
import java.time.Duration;
import java.time.Instant;

/** When a pod read its model, by its own report and its own clock. */
record Load(Instant from, Instant to) {
    /** Of an instance that serves. */
    static Load of(ClusterUser user, String matrix, String instance) {
        JsonNode status = user.talk(matrix, instance, Chat::status);
        return new Load(
                Instant.parse(status.path("loadStarted").asText()),
                Instant.parse(status.path("loadEnded").asText()));
    }

    Duration length() {
        return Duration.between(from, to);
    }

    boolean covers(Instant begin, Instant end) {
        return !from.isAfter(begin) && !to.isBefore(end);
    }

    boolean overlaps(Load other) {
        return from.isBefore(other.to) && other.from.isBefore(to);
    }
}
