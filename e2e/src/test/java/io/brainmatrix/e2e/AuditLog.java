package io.brainmatrix.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What a service account wrote, by the API server's own log and clock. */
final class AuditLog {
    /** Names the log, of level Metadata, by {@code .ci/audit-policy.yaml}. */
    static final String VARIABLE = "BRAINMATRIX_AUDIT_LOG";

    private static final Set<String> WRITES = Set.of("create", "update", "patch", "delete");
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * One write.
     *
     * @param kind verb, resource and subresource, if any: {@code update brainmatrices status}
     * @param object namespace and name, where the request says it
     */
    record Write(String kind, String object, int code, Instant received, Instant answered) {}

    private final Path file;

    private AuditLog(Path file) {
        this.file = file;
    }

    /** The log of this run; empty where none is named. */
    static Optional<AuditLog> ofThisRun() {
        return Optional.ofNullable(System.getenv(VARIABLE))
                .filter(name -> !name.isEmpty())
                .map(name -> new AuditLog(Path.of(name)));
    }

    /** All writes of a service account, as they were answered. */
    List<Write> writes(String account) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.map(AuditLog::json)
                    .filter(e -> e.path("stage").asText().equals("ResponseComplete"))
                    .filter(e -> e.path("user").path("username").asText().endsWith(":" + account))
                    .filter(e -> WRITES.contains(e.path("verb").asText()))
                    .map(AuditLog::write)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Write write(JsonNode event) {
        JsonNode object = event.path("objectRef");
        return new Write(
                words(
                        " ",
                        event.path("verb").asText(),
                        object.path("resource").asText(),
                        object.path("subresource").asText()),
                words("/", object.path("namespace").asText(), object.path("name").asText()),
                event.path("responseStatus").path("code").asInt(),
                Instant.parse(event.path("requestReceivedTimestamp").asText()),
                Instant.parse(event.path("stageTimestamp").asText()));
    }

    private static String words(String between, String... words) {
        return String.join(between, Stream.of(words).filter(w -> !w.isEmpty()).toList());
    }

    private static JsonNode json(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
