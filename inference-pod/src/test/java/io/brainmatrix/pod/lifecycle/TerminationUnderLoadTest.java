package io.brainmatrix.pod.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.brainmatrix.pod.telemetry.MetricsCatalogue;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGTERM in the middle of answers of the real engine: the pod drains and ends with the documented
 * code, and never with a crash report. {@code -Dbrainmatrix.sigterm.tries=100} asks for more.
 */
class TerminationUnderLoadTest {
    private static final int TRIES = Integer.getInteger("brainmatrix.sigterm.tries", 10);
    private static final long SEED = Long.getLong("brainmatrix.seed", 1);
    private static final int CLIENTS = 4;
    private static final int ANSWERS_MAX = 40;

    @Test
    void drainsAndEndsWithItsCode(@TempDir Path folder) throws Exception {
        SplittableRandom random = new SplittableRandom(SEED);
        AtomicInteger cutOff = new AtomicInteger();
        for (int i = 0; i < TRIES; i++) {
            Path own = Files.createDirectory(folder.resolve("try-" + i));
            try (PodProcess pod = PodProcess.serving(own, PodProcess.Options.usual());
                    var clients = Executors.newFixedThreadPool(CLIENTS)) {
                List<Future<?>> load = new ArrayList<>();
                for (int c = 0; c < CLIENTS; c++) {
                    SplittableRandom draw = random.split();
                    load.add(clients.submit(() -> ask(pod.port(), draw, cutOff)));
                }
                int answers = random.nextInt(ANSWERS_MAX);
                await().pollInterval(Duration.ofMillis(2))
                        .until(() -> running(pod) > 0 && answered(pod) >= answers);

                assertThat(pod.terminate())
                        .as(
                                "try %d of seed %d: %s",
                                i, SEED, Files.readString(own.resolve("output.log")))
                        .isEqualTo(ExitCode.Drained.code());

                for (Future<?> one : load) {
                    one.get();
                }
                assertThat(pod.debris()).as("try %d", i).isEmpty();
                assertThat(Files.readString(pod.file("termination-log")))
                        .contains("\"reason\":\"Drained\"", "\"exitCode\":143");
            }
        }
        System.out.printf(
                "SIGTERM seed %d, %d tries: 143 each; %d streams cut off%n",
                SEED, TRIES, cutOff.get());
        assertThat(cutOff).as("streams that had begun and did not come to their end").hasValue(0);
    }

    private static double running(PodProcess pod) throws Exception {
        return MetricsCatalogue.value(
                pod.get("/metrics").body(), "brainmatrix_pod_requests_running");
    }

    private static double answered(PodProcess pod) throws Exception {
        return MetricsCatalogue.value(
                pod.get("/metrics").body(), "brainmatrix_pod_time_to_first_token_seconds_count");
    }

    /**
     * Asks until there is nobody: for streams, whole answers, and some that it does not wait for.
     */
    private static void ask(int port, SplittableRandom random, AtomicInteger cutOff) {
        while (true) {
            boolean stream = random.nextInt(3) > 0;
            String body =
                    "{\"prompt\":\"the quick\",\"temperature\":0,\"max_tokens\":%d,\"stream\":%b}"
                            .formatted(random.nextInt(1, 480), stream);
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setSoTimeout(30_000);
                socket.getOutputStream()
                        .write(
                                "POST /v1/completions HTTP/1.1\r\nHost: pod\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
                                        .formatted(body.length(), body)
                                        .getBytes(StandardCharsets.UTF_8));
                if (random.nextInt(5) == 0) {
                    continue; // gone
                }
                String answer =
                        new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (stream && answer.contains("data:") && !answer.contains("data: [DONE]")) {
                    cutOff.incrementAndGet();
                }
            } catch (IOException e) {
                return; // the pod is gone
            }
        }
    }

    /** A client's answer that takes longer than the pod has is cut short, not off. */
    @Test
    void whatTakesTooLongIsCutShort(@TempDir Path folder) throws Exception {
        try (PodProcess pod =
                        PodProcess.serving(folder, PodProcess.Options.usual().standIn("PT1M"));
                var client = Executors.newSingleThreadExecutor()) {
            Future<String> answer =
                    client.submit(
                            () ->
                                    pod.post(
                                                    "/v1/completions",
                                                    "",
                                                    "{\"prompt\":\"talk\",\"max_tokens\":500}")
                                            .body());
            await().until(() -> running(pod) == 1);

            assertThat(pod.terminate()).isEqualTo(ExitCode.Drained.code());

            assertThat(answer.get()).contains("\"finish_reason\":\"length\"", " word word");
        }
    }
}
