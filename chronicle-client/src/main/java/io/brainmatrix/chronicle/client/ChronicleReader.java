package io.brainmatrix.chronicle.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;

/** Asks the chronicle for an instance's own past. */
public final class ChronicleReader {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final URI base;
    private final Path token;

    /**
     * Asks nothing yet.
     *
     * @param token as {@link ChronicleClient#ChronicleClient}
     */
    public ChronicleReader(URI base, Path token) {
        this.base = base;
        this.token = token;
    }

    /** Reads an answer. */
    public interface Parser<T> {
        /** Reads all of it. */
        T parse(InputStream json) throws IOException;
    }

    /**
     * {@code GET /v1/history}: the newest first.
     *
     * @param limit entries at most, from 1
     * @throws IOException when it cannot be had now: also while the matrix's status does not tell
     *     of this life yet
     */
    public <T> T history(int limit, Parser<T> parser) throws IOException, InterruptedException {
        HttpRequest request =
                ChronicleHttp.request(base.resolve("/v1/history?limit=" + limit), token)
                        .timeout(TIMEOUT)
                        .GET()
                        .build();
        try (HttpClient http = ChronicleHttp.client()) {
            HttpResponse<InputStream> response =
                    http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                if (response.statusCode() != ChronicleHttp.OK) {
                    throw new IOException("the chronicle says " + response.statusCode());
                }
                return parser.parse(body);
            }
        }
    }
}
