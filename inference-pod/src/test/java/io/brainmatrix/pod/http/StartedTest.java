package io.brainmatrix.pod.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.pod.lifecycle.Phase;
import io.brainmatrix.pod.memory.Rung;
import io.brainmatrix.pod.telemetry.PodMetrics;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The startup probe has its answer the moment that there is one. */
class StartedTest {
    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private final HttpClient client = HttpClient.newHttpClient();
    private volatile Phase phase = Phase.Loading;
    private PodServer server;

    @BeforeEach
    void serve() throws IOException {
        server =
                PodServer.start(
                        new InetSocketAddress(0),
                        new PodServer.Parts(
                                () -> phase,
                                started,
                                () -> Rung.Free,
                                () -> "{}",
                                Optional::empty,
                                "model",
                                512,
                                () -> 0,
                                Clock.systemUTC(),
                                new PodMetrics(List.of(), Path.of("/proc")),
                                new ApiToken(Path.of("/none"), System::nanoTime),
                                new Connections(Path.of("/proc"), System::nanoTime)));
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    @Test
    void isAnsweredWhenTheModelServes() throws Exception {
        CompletableFuture<HttpResponse<String>> answer = ask("?waitMillis=5000");
        while (server.inFlight() == 0) {
            Thread.onSpinWait();
        }
        assertThat(answer).isNotDone();

        phase = Phase.Serving;
        started.complete(null);

        assertThat(answer.get(4, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    }

    @Test
    void isToldNotYetAfterTheTimeThatItWouldWait() throws Exception {
        assertThat(ask("?waitMillis=20").get().statusCode()).isEqualTo(503);
        assertThat(ask("").get().body()).isEqualTo("Loading\n");
    }

    @Test
    void isToldNoWhenItNeverWillServe() throws Exception {
        CompletableFuture<HttpResponse<String>> answer = ask("?waitMillis=5000");
        phase = Phase.Draining;
        started.complete(null);

        assertThat(answer.get(4, TimeUnit.SECONDS).body()).isEqualTo("Draining\n");
    }

    @Test
    void aTimeThatIsNoneIsSaidToBe() throws Exception {
        for (String wrong : List.of("soon", "-1", "5001", "")) {
            assertThat(ask("?waitMillis=" + wrong).get().statusCode()).as(wrong).isEqualTo(400);
        }
    }

    private CompletableFuture<HttpResponse<String>> ask(String query) {
        URI uri =
                URI.create("http://localhost:%d/health/started%s".formatted(server.port(), query));
        return client.sendAsync(
                HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
}
