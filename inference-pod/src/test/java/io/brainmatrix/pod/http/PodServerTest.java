package io.brainmatrix.pod.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.brainmatrix.pod.engine.Desk;
import io.brainmatrix.pod.engine.FakeEngine;
import io.brainmatrix.pod.memory.Rung;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server before an engine that takes its time, over real connections. */
class PodServerTest {
    private static final Duration A_SECOND = Duration.ofSeconds(1);
    private static final String SECRET = "secret-5e0d";
    private static final int SLOTS = 1;

    @TempDir
    @SuppressWarnings("NullAway.Init") // set before each test
    Path folder;

    private final AtomicReference<Rung> rung = new AtomicReference<>(Rung.Free);
    private final SetClock clock = new SetClock();
    private final Slow engine = new Slow();
    private final Desk desk =
            new Desk(engine, SLOTS, Duration.ofMinutes(1), () -> Rung.Free, System::nanoTime);

    @SuppressWarnings("NullAway.Init")
    private PodServer server;

    private static final class SetClock extends Clock {
        private final AtomicReference<Instant> now =
                new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));

        @Override
        public Instant instant() {
            return now.get();
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException("nobody asks for a zone");
        }
    }

    /** Fifty tokens a second; one that is asked to breaks after its second. */
    private static final class Slow extends FakeEngine {
        private static final long TOKEN_NANOS = 20_000_000;

        private final AtomicInteger most = new AtomicInteger();

        @Override
        public Outcome generate(Request request, Predicate<String> sink) {
            for (int tokens = 1; tokens <= request.maxTokens(); tokens++) {
                LockSupport.parkNanos(TOKEN_NANOS);
                if (!sink.test(" x")) {
                    return new Outcome(tokens, Ending.Cancelled);
                }
                most.accumulateAndGet(tokens, Math::max);
                if (tokens == 2 && request.prompt().startsWith("break")) {
                    throw new IllegalStateException("cannot answer " + request.prompt());
                }
            }
            return new Outcome(request.maxTokens(), Ending.Length);
        }
    }

    @BeforeEach
    void serve() throws IOException {
        server =
                new TestModel(engine, 1024, folder)
                        .serve(desk, folder.resolve("no-token"), rung::get, clock);
    }

    @AfterEach
    void close() {
        server.close();
    }

    private Socket send(String request) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout(60_000);
        socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
        return socket;
    }

    private Socket ask(String fields) throws IOException {
        String body = "{\"prompt\":\"the\"," + fields + "}";
        return send(
                "POST /v1/completions HTTP/1.1\r\nHost: pod\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
                        .formatted(body.length(), body));
    }

    private static String answer(Socket socket) throws IOException {
        try (socket) {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static JsonNode json(String answer) throws IOException {
        return Exchange.JSON.readTree(answer.substring(answer.indexOf("\r\n\r\n")));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoGoesWhileItIsAnsweredFreesItsSlotWithinASecond(boolean stream) throws IOException {
        Socket client = ask("\"max_tokens\":500,\"stream\":" + stream);
        await().until(() -> engine.most.get() > 0);

        client.close();

        await().atMost(A_SECOND).until(() -> desk.running() == 0);
        assertThat(engine.most).as("tokens of its 500").hasValueLessThan(100);
    }

    @Test
    void whoGoesWhileItWaitsIsNotAnswered() throws IOException {
        try (Socket first = ask("\"max_tokens\":500")) {
            await().until(() -> desk.running() == 1 && first.isConnected());
            Socket second = ask("\"max_tokens\":1");
            await().until(() -> desk.waiting() == 1);

            second.close();

            await().atMost(A_SECOND).until(() -> desk.waiting() == 0);
            assertThat(desk.running()).as("the first goes on").isEqualTo(1);
        }
    }

    /** Looked at a dozen times, and never taken for gone. */
    @Test
    void whoStaysIsAnsweredToTheEnd() throws IOException {
        JsonNode answer = json(answer(ask("\"max_tokens\":120")));

        assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(120);
        assertThat(answer.at("/choices/0/finish_reason").asText()).isEqualTo("length");
    }

    @Test
    void anAnswerEndsAtItsDeadline() throws IOException {
        Socket client = ask("\"max_tokens\":500");
        await().until(() -> engine.most.get() > 0);

        clock.now.updateAndGet(now -> now.plus(Duration.ofMinutes(5)));

        JsonNode answer = json(answer(client));
        assertThat(answer.at("/choices/0/finish_reason").asText()).isEqualTo("length");
        assertThat(answer.at("/usage/completion_tokens").asInt()).isBetween(1, 499);
    }

    @Test
    void whileMemoryIsShortAnswersAreShort() throws IOException {
        rung.set(Rung.Shorten);

        JsonNode answer = json(answer(ask("\"max_tokens\":500")));

        assertThat(answer.at("/choices/0/finish_reason").asText()).isEqualTo("length");
        assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(128);
    }

    @Test
    void whileMemoryIsVeryShortNobodyIsAnswered() throws IOException {
        rung.set(Rung.Refuse);

        assertThat(answer(ask("\"max_tokens\":1")))
                .startsWith("HTTP/1.1 503 ")
                .containsIgnoringCase("Retry-After: ")
                .contains("memory is short");
    }

    @Test
    void whoComesWhenTheQueueIsFullIsToldToComeBack() throws IOException {
        List<Socket> held = new ArrayList<>();
        try {
            held.add(ask("\"max_tokens\":500"));
            await().until(() -> desk.running() == 1);
            while (desk.waiting() < 16) {
                int before = desk.waiting();
                held.add(ask("\"max_tokens\":1"));
                await().until(() -> desk.waiting() > before);
            }

            String answer = answer(ask("\"max_tokens\":1"));

            assertThat(answer).startsWith("HTTP/1.1 429 ").containsIgnoringCase("Retry-After: ");
            assertThat(json(answer).at("/error/type").asText()).isEqualTo("rate_limit_error");
        } finally {
            for (Socket socket : held) {
                socket.close();
            }
        }
        await().atMost(A_SECOND).until(() -> desk.waiting() == 0 && desk.running() == 0);
    }

    /** A connection that sends no more of its body is closed: surefire sets the bound to 3 s. */
    @Test
    void aBodyThatDoesNotComeIsNotWaitedForForEver() throws IOException {
        assertThat(Integer.getInteger("sun.net.httpserver.maxReqTime")).isEqualTo(3);
        try (Socket slow =
                send(
                        "POST /v1/completions HTTP/1.1\r\nHost: pod\r\nContent-Length: 100\r\n\r\n{\"prompt\":")) {
            slow.setSoTimeout(20_000);
            assertThat(closed(slow)).isTrue();
        }
        assertThat(json(answer(ask("\"max_tokens\":1"))).at("/choices/0/text").asText())
                .isEqualTo(" x");
    }

    private static boolean closed(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketException e) {
            return true; // reset
        }
    }

    @Test
    void aFaultOfTheEngineIsLoggedWithoutWhatWasAsked() throws IOException {
        try (LogCapture log = LogCapture.begin()) {
            String body = "{\"prompt\":\"break " + SECRET + "\",\"max_tokens\":9}";
            String request =
                    "POST /v1/completions HTTP/1.1\r\nHost: pod\r\nConnection: close\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s";

            String whole = answer(send(request.formatted(SECRET, body.length(), body)));
            String streaming = body.replace("9}", "9,\"stream\":true}");
            String streamed =
                    answer(send(request.formatted(SECRET, streaming.length(), streaming)));

            assertThat(whole).startsWith("HTTP/1.1 500 ").contains("server_error");
            assertThat(streamed)
                    .startsWith("HTTP/1.1 200 ")
                    .contains("\"text\":\" x\"", "data: {\"error\":{")
                    .as("it did not come to its end")
                    .doesNotContain("[DONE]");
            assertThat(log.lines()).hasSize(2).allMatch(line -> line.contains("failed"));
            assertThat(log.text() + whole + streamed).doesNotContain(SECRET);
        }
    }
}
