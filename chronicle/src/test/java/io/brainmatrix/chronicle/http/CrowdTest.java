package io.brainmatrix.chronicle.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.chronicle.TestChronicle;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More than the heap holds are turned away, and those who were let in are served. */
class CrowdTest {
    private static final long MIB = 1 << 20;

    /** Half of the heap, so that this is quick; more sockets than it could hold. */
    private static final int HEAP_MIB = 32;

    private static final int COMING = 1_000;

    @TempDir Path directory;

    @Test
    void byTheHeapOfTheChart() {
        Crowd crowd = Crowd.of(64 * MIB);

        assertThat(crowd).isEqualTo(new Crowd(455, 227, 170, 227));
        assertThat(Crowd.of(8 * MIB).listeners()).isEqualTo(32);
        assertThat(Crowd.of(320 * MIB).listeners()).isGreaterThan(1_000);
        assertThat(Crowd.of(Long.MAX_VALUE)).isEqualTo(new Crowd(8_192, 4_096, 3_072, 4_096));
    }

    @Test
    void moreListenersThanTheHeapHoldsDoNotEndIt() throws Exception {
        int listeners = Crowd.of(HEAP_MIB * MIB).listeners();
        TestChronicle.Running running =
                TestChronicle.start(
                        directory,
                        List.of(
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-Xmx%dm".formatted(HEAP_MIB),
                                "-XX:+ExitOnOutOfMemoryError"));
        List<Socket> sockets = new ArrayList<>();
        try {
            Map<String, Integer> answers = new HashMap<>();
            for (int i = 0; i < COMING; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), running.port());
                sockets.add(socket);
                answers.merge(listen(socket, i), 1, Integer::sum);
            }

            // A JVM counts less than it was given: one of two spaces is always empty.
            assertThat(answers.get("200")).isBetween(listeners * 3 / 4, listeners);
            assertThat(answers).containsKey("503");
            assertThat(answers.keySet()).isSubsetOf("200", "503", "closed");
            assertThat(running.process().isAlive()).isTrue();
            for (Socket socket : sockets) {
                socket.close();
            }
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(ready(running.port())).isEqualTo(200));
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
            running.process().destroyForcibly().waitFor();
        }
    }

    /** The status, or that there was no answer at all; the connection stays open. */
    private static String listen(Socket socket, int number) {
        try {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(
                            "GET /v1/feed HTTP/1.1\r\nHost: c\r\nAuthorization: Bearer i%d-watches-a\r\n\r\n"
                                    .formatted(number)
                                    .getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            String status = new String(in.readNBytes(12), StandardCharsets.US_ASCII);
            return status.length() < 12 ? "closed" : status.substring(9);
        } catch (IOException e) {
            return "closed";
        }
    }

    private static int ready(int port) throws IOException, InterruptedException {
        try (HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            return http.send(
                            HttpRequest.newBuilder(
                                            URI.create(
                                                    "http://127.0.0.1:%d/health/ready"
                                                            .formatted(port)))
                                    .build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        }
    }
}
