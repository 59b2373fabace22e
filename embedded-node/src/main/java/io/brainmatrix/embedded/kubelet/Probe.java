package io.brainmatrix.embedded.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** One HTTP probe of a container: when it is due, and what it says. For one thread. */
final class Probe {
    private static final HttpClient HTTP =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(1))
                    .build();

    private final URI address;
    private final Duration timeout;
    private final long periodNanos;
    private final int failureThreshold;
    private long nextNanos;
    private int failures;
    private boolean succeeded;

    private Probe(URI address, JsonNode probe, long nowNanos) {
        this.address = address.resolve(probe.at("/httpGet/path").asText("/"));
        this.timeout = Duration.ofSeconds(probe.path("timeoutSeconds").asLong(1));
        this.periodNanos = Duration.ofSeconds(probe.path("periodSeconds").asLong(10)).toNanos();
        this.failureThreshold = probe.path("failureThreshold").asInt(3);
        this.nextNanos =
                nowNanos
                        + Duration.ofSeconds(probe.path("initialDelaySeconds").asLong(0)).toNanos();
    }

    /**
     * A probe of a container's spec.
     *
     * @param probe as the spec has it; one that is missing always succeeds
     * @param address where the pod listens
     */
    static Probe of(JsonNode probe, URI address, long nowNanos) {
        Probe made = new Probe(address, probe, nowNanos);
        if (probe.isMissingNode()) {
            made.succeeded = true;
            made.nextNanos = Long.MAX_VALUE;
        }
        return made;
    }

    /** Asks when it is time to. */
    void look(long nowNanos) throws InterruptedException {
        if (nowNanos < nextNanos) {
            return;
        }
        nextNanos = nowNanos + periodNanos;
        succeeded = ask();
        failures = succeeded ? 0 : failures + 1;
    }

    /** Whether the last look succeeded. */
    boolean succeeds() {
        return succeeded;
    }

    /** Whether it failed as often in a row as it may. */
    boolean failed() {
        return failures >= failureThreshold;
    }

    private boolean ask() throws InterruptedException {
        try {
            int status =
                    HTTP.send(
                                    HttpRequest.newBuilder(address).timeout(timeout).build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode();
            return status >= 200 && status < 400;
        } catch (IOException e) {
            return false;
        }
    }
}
