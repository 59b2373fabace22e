package io.brainmatrix.pod.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.brainmatrix.modelgenerator.ChainText;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * As many clients as the pod holds, each with the largest body that it takes, of the kinds that
 * grow most when they are read: the heap of the image is enough for all of them, and afterwards it
 * is as large again as it was at the start.
 */
class CrowdTest {
    private static final int CLIENTS = 64;
    private static final int BODY_BYTES = 256 << 10;

    /** Beside the heap, what reading large bodies leaves with malloc and as compiled code. */
    private static final long SLACK_BYTES = 12 << 20;

    @Test
    void fitsTheHeap(@TempDir Path folder) throws Exception {
        List<String> bodies =
                List.of(
                        body(
                                "{\"prompt\":\"the\",\"max_tokens\":1,\"x\":{\"\":0",
                                i -> ",\"" + Integer.toString(i, 36) + "\":0",
                                "}}"),
                        body("{\"max_tokens\":1,\"prompt\":\"", i -> "the ", "\"}"));
        try (PodProcess pod = PodProcess.serving(folder, PodProcess.Options.usual())) {
            Map<String, Integer> before = crowd(pod, "{\"prompt\":\"the\",\"max_tokens\":1}");
            long calm = anonymous(pod);
            Map<String, Integer> outcomes = new TreeMap<>();
            for (String body : bodies) {
                crowd(pod, body).forEach((status, n) -> outcomes.merge(status, n, Integer::sum));
            }

            System.out.printf("CROWD %s, before it %s%n", outcomes, before);
            assertThat(outcomes.keySet()).isSubsetOf("200", "400", "429");
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(
                            () -> {
                                String answer =
                                        pod.post(
                                                        "/v1/completions",
                                                        "",
                                                        "{\"prompt\":\"the quick\",\"max_tokens\":7,\"temperature\":0}")
                                                .body();
                                assertThat(answer)
                                        .contains(
                                                "\"text\":\"" + ChainText.after("quick", 7) + "\"");
                                assertThat(anonymous(pod)).isLessThan(calm + SLACK_BYTES);
                            });
        }
    }

    private static long anonymous(PodProcess pod) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pod.pid() + "/status")).stream()
                .filter(l -> l.startsWith("RssAnon:"))
                .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")) << 10)
                .findFirst()
                .orElseThrow();
    }

    private static Map<String, Integer> crowd(PodProcess pod, String body) throws Exception {
        List<Callable<String>> asks = Collections.nCopies(CLIENTS, () -> status(pod.port(), body));
        Map<String, Integer> outcomes = new TreeMap<>();
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<String> one : clients.invokeAll(asks)) {
                outcomes.merge(one.get(), 1, Integer::sum);
            }
        }
        return outcomes;
    }

    /** As large as it may be; ASCII. */
    private static String body(String head, IntFunction<String> piece, String tail) {
        StringBuilder body = new StringBuilder(head);
        for (int i = 0;
                body.length() + piece.apply(i).length() + tail.length() <= BODY_BYTES;
                i++) {
            body.append(piece.apply(i));
        }
        return body.append(tail).toString();
    }

    private static String status(int port, String body) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(120_000);
            socket.getOutputStream()
                    .write(
                            "POST /v1/completions HTTP/1.1\r\nHost: pod\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
                                    .formatted(body.length(), body)
                                    .getBytes(StandardCharsets.ISO_8859_1));
            String answer =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return answer.startsWith("HTTP/1.1 ") ? answer.substring(9, 12) : "closed";
        }
    }
}
