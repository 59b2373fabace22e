package io.brainmatrix.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.brainmatrix.api.v1alpha1.GpuShare;
import io.brainmatrix.api.v1alpha1.MindStatus;
import io.brainmatrix.api.v1alpha1.PodMemory;
import io.brainmatrix.api.v1alpha1.PodSwap;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks the node's inference pods what they use. One that does not answer is missing from the
 * snapshot, never stale in it.
 */
final class PodWatch {
    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    /** A status is below 1 KiB; whoever may label a pod must not fill the agent's heap. */
    private static final long ANSWER_MAX_BYTES = 16 << 10;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(TIMEOUT)
                    .build();
    private final Supplier<List<Pod>> pods;
    private final int port;
    private final AtomicLong failures = new AtomicLong();

    PodWatch(Supplier<List<Pod>> pods, int port) {
        this.pods = pods;
        this.port = port;
    }

    /** Asks all at once; waits at most the time-out. */
    List<PodMemory> ask() {
        List<CompletableFuture<Optional<PodMemory>>> answers = new ArrayList<>();
        for (Pod pod : pods.get()) {
            String address = pod.getStatus() == null ? null : pod.getStatus().getPodIP();
            boolean running =
                    pod.getStatus() != null && "Running".equals(pod.getStatus().getPhase());
            if (running && address != null && !address.isEmpty()) {
                answers.add(ask(pod.getMetadata().getUid(), address));
            }
        }
        return answers.stream().flatMap(a -> a.join().stream()).toList();
    }

    private CompletableFuture<Optional<PodMemory>> ask(String uid, String address) {
        String host = address.contains(":") ? "[" + address + "]" : address;
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://" + host + ":" + port + "/status"))
                        .timeout(TIMEOUT)
                        .build();
        return client.sendAsync(
                        request,
                        HttpResponse.BodyHandlers.limiting(
                                HttpResponse.BodyHandlers.ofString(), ANSWER_MAX_BYTES))
                // The request's own time-out ends with the headers.
                .orTimeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .thenApply(
                        response ->
                                response.statusCode() == 200
                                        ? parse(uid, response.body())
                                        : Optional.<PodMemory>empty())
                .exceptionally(
                        failure -> {
                            // Starting, ending or hung: the next round asks again.
                            failures.incrementAndGet();
                            return Optional.empty();
                        });
    }

    /** Reads {@code contracts/status.json}; anything else is no report. */
    static Optional<PodMemory> parse(String uid, String body) {
        try {
            JsonNode json = JSON.readTree(body);
            return json != null && json.path("phase").isTextual()
                    ? Optional.of(
                            new PodMemory(
                                    uid,
                                    json.path("phase").asText(),
                                    bytes(json, "used"),
                                    bytes(json, "predicted"),
                                    bytes(json, "steady"),
                                    bytes(json, "peak"),
                                    bytes(json, "limit"),
                                    time(json, "loadStarted"),
                                    time(json, "loadEnded"),
                                    null,
                                    gpu(json.path("gpu")),
                                    swap(json.path("swap")),
                                    text(json, "modelFingerprint"),
                                    mind(json.path("mind"))))
                    : Optional.empty();
        } catch (IOException | java.time.format.DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private static @Nullable Long bytes(JsonNode json, String field) {
        return json.path(field).canConvertToLong() ? json.path(field).asLong() : null;
    }

    private static @Nullable GpuShare gpu(JsonNode json) {
        return json.isObject()
                ? new GpuShare(
                        null,
                        bytes(json, "predicted"),
                        count(json, "layersOnGpu"),
                        count(json, "layers"))
                : null;
    }

    private static @Nullable MindStatus mind(JsonNode json) {
        return json.isObject()
                ? new MindStatus(count(json, "thoughtsPerMinute"), bytes(json, "deathsSeen"))
                : null;
    }

    private static @Nullable String text(JsonNode json, String field) {
        return json.path(field).isTextual() ? json.path(field).asText() : null;
    }

    private static @Nullable PodSwap swap(JsonNode json) {
        return json.isObject()
                ? new PodSwap(bytes(json, "used"), bytes(json, "inPerSecond"))
                : null;
    }

    private static @Nullable Integer count(JsonNode json, String field) {
        return json.path(field).isInt() ? json.path(field).asInt() : null;
    }

    private static @Nullable Instant time(JsonNode json, String field) {
        return json.path(field).isTextual() ? Instant.parse(json.path(field).asText()) : null;
    }

    /** Questions that were not answered. */
    long failures() {
        return failures.get();
    }
}
