package io.brainmatrix.pod.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.brainmatrix.pod.engine.Desk;
import io.brainmatrix.pod.memory.Rung;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Requests of every kind of malice against the real engine in this JVM: none ends the process, none
 * keeps a slot, each is answered as it should be. {@code -Dbrainmatrix.hostile.requests=20000} asks
 * for more, {@code -Dbrainmatrix.seed=2} for others.
 */
class HostileRequestsTest {
    private static final int COUNT = Integer.getInteger("brainmatrix.hostile.requests", 2_000);
    private static final long SEED = Long.getLong("brainmatrix.seed", 1);
    private static final int CLIENTS = 4;
    private static final int SLOTS = TestModel.SLOTS;
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int SOCKET_MILLIS = 60_000;

    @TempDir static Path folder;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static PodServer server;

    @SuppressWarnings("NullAway.Init")
    private static Desk desk;

    private final Map<String, AtomicInteger> statuses = new ConcurrentSkipListMap<>();

    @BeforeAll
    static void serve() throws Exception {
        TestModel chain = TestModel.chain();
        desk = new Desk(chain.engine(), SLOTS, PATIENCE, () -> Rung.Free, System::nanoTime);
        server = chain.serve(desk, folder.resolve("no-token"));
    }

    @AfterAll
    static void close() {
        server.close();
    }

    @Test
    void noneEndsTheProcessOrKeepsASlot() throws Exception {
        SplittableRandom seeds = new SplittableRandom(SEED);
        List<HostileRequest> requests =
                IntStream.range(0, COUNT).mapToObj(i -> HostileRequest.next(seeds)).toList();
        AtomicInteger next = new AtomicInteger();
        try (var clients = Executors.newFixedThreadPool(CLIENTS)) {
            List<Future<?>> all =
                    IntStream.range(0, CLIENTS)
                            .<Future<?>>mapToObj(
                                    c ->
                                            clients.submit(
                                                    () -> {
                                                        int i;
                                                        while ((i = next.getAndIncrement())
                                                                < COUNT) {
                                                            send(i, requests.get(i));
                                                        }
                                                        return null;
                                                    }))
                            .toList();
            for (Future<?> one : all) {
                one.get();
            }
        }

        String histogram =
                statuses.entrySet().stream()
                        .map(e -> e.getKey() + " " + e.getValue())
                        .collect(Collectors.joining(", "));
        System.out.printf("HOSTILE seed %d, %d requests: %s%n", SEED, COUNT, histogram);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> desk.running() == 0 && desk.waiting() == 0);
        assertThat(statuses.keySet())
                .isSubsetOf("200", "400", "404", "405", "413", "429", "closed", "gone");
        assertThat(statuses.get("200"))
                .as("reached the engine")
                .hasValueGreaterThan(COUNT * 3 / 10);

        assertThat(text("the quick", 3)).isEqualTo(" brown fox jumps");
    }

    private void send(int index, HostileRequest request) throws IOException {
        String status;
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(SOCKET_MILLIS);
            write(socket, request);
            status =
                    request.patience() < 0
                            ? status(index, socket.getInputStream().readAllBytes())
                            : gone(socket.getInputStream().readNBytes(request.patience()));
        } catch (java.net.SocketException e) {
            status = "closed"; // more headers than are taken, or a body that is not waited for
        }
        statuses.computeIfAbsent(status, s -> new AtomicInteger()).incrementAndGet();
    }

    private static void write(Socket socket, HostileRequest request) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(
                "%s %s HTTP/1.1\r\nHost: pod\r\nConnection: close\r\nContent-Length: %d\r\n"
                        .formatted(request.method(), request.path(), request.announced())
                        .getBytes(StandardCharsets.ISO_8859_1));
        for (String header : request.headers()) {
            out.writeBytes((header + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        }
        out.writeBytes("\r\n".getBytes(StandardCharsets.ISO_8859_1));
        out.writeBytes(request.bytes());
        socket.getOutputStream().write(out.toByteArray());
        socket.getOutputStream().flush();
    }

    private static String gone(byte[] read) {
        return read.length == 0 ? "gone" : code(read);
    }

    private static String code(byte[] answer) {
        String text = new String(answer, StandardCharsets.UTF_8);
        return text.startsWith("HTTP/1.1 ") && text.length() >= 12
                ? text.substring(9, 12)
                : "closed";
    }

    /** What is no success tells its error in OpenAI's shape. */
    private static String status(int index, byte[] answer) throws IOException {
        String code = code(answer);
        String body = body(answer);
        if (!code.equals("200") && !code.equals("closed") && body.startsWith("{")) {
            JsonNode error = Exchange.JSON.readTree(body).path("error");
            assertThat(error.path("message").asText())
                    .as("request %d: %s", index, body)
                    .isNotEmpty();
            assertThat(error.path("type").asText()).as("request %d", index).endsWith("_error");
        }
        return code;
    }

    private static String body(byte[] answer) {
        String text = new String(answer, StandardCharsets.UTF_8);
        int headers = text.indexOf("\r\n\r\n");
        return headers < 0 ? "" : text.substring(headers + 4);
    }

    private static String text(String prompt, int tokens) throws IOException {
        byte[] body =
                Exchange.JSON
                        .createObjectNode()
                        .put("prompt", prompt)
                        .put("max_tokens", tokens)
                        .put("temperature", 0)
                        .toString()
                        .getBytes(StandardCharsets.UTF_8);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            write(
                    socket,
                    new HostileRequest(
                            "POST", "/v1/completions", List.of(), body, body.length, -1));
            return Exchange.JSON
                    .readTree(body(socket.getInputStream().readAllBytes()))
                    .at("/choices/0/text")
                    .asText();
        }
    }
}
