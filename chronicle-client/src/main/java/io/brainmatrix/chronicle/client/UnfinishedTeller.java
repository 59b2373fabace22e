package io.brainmatrix.chronicle.client;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Tells the chronicle what is thought just now, which it keeps for when nothing more is heard. A
 * try is all: nothing waits here, and nothing is told again.
 */
public final class UnfinishedTeller implements AutoCloseable {
    private static final int TAKEN = 202;
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final URI unfinished;
    private final Path token;
    private final HttpClient http = ChronicleHttp.client();

    /**
     * Tells nothing yet.
     *
     * @param base such as {@code http://brainmatrix-chronicle.brainmatrix-system}
     * @param token as {@link ChronicleClient#ChronicleClient}
     */
    public UnfinishedTeller(URI base, Path token) {
        this.unfinished = base.resolve("/v1/unfinished");
        this.token = token;
    }

    /**
     * Tells it once, as docs/api/chronicle.md describes it.
     *
     * @param json a partial thought without its prompt
     * @return whether the chronicle took it
     */
    public boolean tell(String json) throws InterruptedException {
        try {
            HttpRequest request =
                    ChronicleHttp.request(unfinished, token)
                            .timeout(TIMEOUT)
                            .header("Content-Type", "application/json")
                            .PUT(HttpRequest.BodyPublishers.ofString(json))
                            .build();
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == TAKEN;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
