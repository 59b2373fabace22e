package io.brainmatrix.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.sun.net.httpserver.HttpServer;
import io.brainmatrix.api.v1alpha1.GpuShare;
import io.brainmatrix.api.v1alpha1.MindStatus;
import io.brainmatrix.api.v1alpha1.PodMemory;
import io.brainmatrix.api.v1alpha1.PodSwap;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PodWatchTest {
    private static final Duration BOUND = Duration.ofSeconds(5);

    private final CountDownLatch ended = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private HttpServer server = unstarted();

    @BeforeEach
    void start() {
        server = unstarted();
        server.setExecutor(threads);
        server.start();
    }

    @AfterEach
    void stop() {
        ended.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void readsTheFormThatThePodWrites() throws IOException {
        String golden =
                Files.readString(
                        Path.of(System.getProperty("brainmatrix.root"), "contracts/status.json"));

        assertThat(PodWatch.parse("uid-1", golden))
                .contains(
                        new PodMemory(
                                "uid-1",
                                "Serving",
                                331350016L,
                                350224384L,
                                331350016L,
                                335544320L,
                                536870912L,
                                Instant.parse("2026-01-01T00:00:01.123456Z"),
                                Instant.parse("2026-01-01T00:00:06.654321Z"),
                                null,
                                new GpuShare(null, 901775360L, 12, 17),
                                new PodSwap(8388608L, 1048576L),
                                "3f79bb7b435b05321651daefd374cdc681dc06faa65e374e38337b88ca046dea",
                                new MindStatus(12, 2L)));
    }

    @Test
    void leavesOutWhatThePodDoesNotKnowYet() {
        assertThat(PodWatch.parse("uid-1", "{\"phase\":\"Starting\"}"))
                .contains(
                        new PodMemory(
                                "uid-1",
                                "Starting",
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null));
    }

    @Test
    void takesNothingElseForAReport() {
        assertThat(PodWatch.parse("uid-1", "not found")).isEmpty();
        assertThat(PodWatch.parse("uid-1", "")).isEmpty();
        assertThat(PodWatch.parse("uid-1", "[1]")).isEmpty();
        assertThat(PodWatch.parse("uid-1", "{\"phase\":\"Serving\",\"loadEnded\":\"soon\"}"))
                .isEmpty();
    }

    @Test
    void leavesOutAPodThatDoesNotAnswerAndKeepsTheOthers() {
        server.createContext(
                "/status",
                exchange -> {
                    byte[] body = "{\"phase\":\"Serving\"}".getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(200, body.length);
                    try (OutputStream out = exchange.getResponseBody()) {
                        out.write(body);
                    }
                });
        // Nobody listens on 127.0.0.2 at this port: the server is bound to 127.0.0.1 alone.
        PodWatch watch = watch(pod("here", "127.0.0.1"), pod("silent", "127.0.0.2"));

        assertThat(watch.ask()).extracting(PodMemory::podUid).containsExactly("here");
        assertThat(watch.failures()).isOne();
    }

    @Test
    void givesUpOnAPodThatStopsInTheMiddleOfItsAnswer() {
        server.createContext(
                "/status",
                exchange -> {
                    exchange.sendResponseHeaders(200, 100);
                    exchange.getResponseBody().write('{');
                    exchange.getResponseBody().flush();
                    awaitEnd();
                });
        PodWatch watch = watch(pod("stalled", "127.0.0.1"));

        assertThat(assertTimeoutPreemptively(BOUND, watch::ask)).isEmpty();
        assertThat(watch.failures()).isOne();
    }

    @Test
    void refusesAnAnswerThatWouldFillTheHeap() {
        server.createContext(
                "/status",
                exchange -> {
                    byte[] body =
                            "{\"phase\":\"Serving\",\"x\":\"".getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(200, 0);
                    try (OutputStream out = exchange.getResponseBody()) {
                        out.write(body);
                        out.write(" ".repeat(1 << 20).getBytes(StandardCharsets.UTF_8));
                        out.write("\"}".getBytes(StandardCharsets.UTF_8));
                    }
                });

        assertThat(assertTimeoutPreemptively(BOUND, watch(pod("big", "127.0.0.1"))::ask)).isEmpty();
    }

    private void awaitEnd() {
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private PodWatch watch(Pod... pods) {
        return new PodWatch(() -> List.of(pods), server.getAddress().getPort());
    }

    private static HttpServer unstarted() {
        try {
            return HttpServer.create(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        } catch (IOException e) {
            throw new IllegalStateException("no port on the loopback", e);
        }
    }

    private static Pod pod(String uid, String address) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(uid)
                .withUid(uid)
                .endMetadata()
                .withNewStatus()
                .withPhase("Running")
                .withPodIP(address)
                .endStatus()
                .build();
    }
}
