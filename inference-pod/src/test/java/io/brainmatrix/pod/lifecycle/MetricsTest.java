package io.brainmatrix.pod.lifecycle;

import static io.brainmatrix.pod.telemetry.MetricsCatalogue.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.brainmatrix.pod.telemetry.MetricsCatalogue;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole pod's metrics: all that are documented and no others, and they tell what is. */
class MetricsTest {
    private static final long MIB = 1 << 20;

    @Test
    void tellWhatIsAndAreAllInTheCatalogue(@TempDir Path folder) throws Exception {
        try (PodProcess pod = PodProcess.serving(folder, "token")) {
            pod.post(
                    "/v1/completions",
                    "Bearer token",
                    "{\"prompt\":\"the quick\",\"max_tokens\":20,\"temperature\":0,\"stream\":true}");
            String scrape = pod.get("/metrics").body();

            assertThat(MetricsCatalogue.scraped(scrape)).isEqualTo(MetricsCatalogue.documented());

            assertThat(value(scrape, "brainmatrix_pod_tokens_total{kind=\"prompt\",}"))
                    .isEqualTo(3);
            assertThat(value(scrape, "brainmatrix_pod_tokens_total{kind=\"generated\",}"))
                    .isEqualTo(20);
            for (String histogram :
                    List.of(
                            "time_to_first_token_seconds",
                            "answer_tokens_per_second",
                            "request_memory_growth_bytes")) {
                assertThat(value(scrape, "brainmatrix_pod_" + histogram + "_count"))
                        .as(histogram)
                        .isEqualTo(1);
            }
            assertThat(value(scrape, "brainmatrix_pod_time_to_first_token_seconds_sum"))
                    .isBetween(0.0001, 30.0);
            assertThat(value(scrape, "brainmatrix_pod_answer_tokens_per_second_sum"))
                    .isBetween(1.0, 1e5);
            assertThat(value(scrape, "brainmatrix_pod_requests_running")).isZero();
            assertThat(value(scrape, "brainmatrix_pod_memory_used_bytes")).isEqualTo(64 * MIB);
            assertThat(value(scrape, "brainmatrix_pod_memory_promised_unused_bytes"))
                    .isEqualTo(
                            Math.max(
                                    0,
                                    value(scrape, "brainmatrix_pod_memory_predicted_bytes")
                                            - 64 * MIB));
            for (String part : List.of("weights", "cache", "compute", "jvm")) {
                assertThat(
                                value(
                                        scrape,
                                        "brainmatrix_pod_memory_part_bytes{part=\"%s\",}"
                                                .formatted(part)))
                        .as(part)
                        .isBetween(1e5, 64.0 * MIB);
            }
            likeTheKernel(pod, scrape);
            follows(pod);
        }
    }

    /** Read from outside, by the kernel's own view of the process. */
    private static void likeTheKernel(PodProcess pod, String scrape) throws IOException {
        List<String> status = Files.readAllLines(Path.of("/proc/" + pod.pid() + "/status"));
        assertThat(value(scrape, "brainmatrix_pod_process_threads"))
                .isCloseTo(field(status, "Threads"), within(4.0));
        for (var one :
                List.of(
                        List.of("virtual_bytes", "VmSize"),
                        List.of("resident_bytes", "VmRSS"),
                        List.of("resident_peak_bytes", "VmHWM"),
                        List.of("anonymous_bytes", "RssAnon"),
                        List.of("file_bytes", "RssFile"))) {
            assertThat(value(scrape, "brainmatrix_pod_process_" + one.getFirst()))
                    .as(one.getFirst())
                    .isCloseTo(field(status, one.getLast()) * 1024, within(16.0 * MIB))
                    .isPositive();
        }
        assertThat(value(scrape, "brainmatrix_pod_process_swapped_bytes")).isZero();
    }

    private static double field(List<String> status, String name) {
        return status.stream()
                .filter(l -> l.startsWith(name + ":"))
                .mapToDouble(l -> Double.parseDouble(l.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    /** Open connections are open files. */
    private static void follows(PodProcess pod) throws Exception {
        double before = openFiles(pod);
        List<Socket> clients = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            clients.add(new Socket(InetAddress.getLoopbackAddress(), pod.port()));
        }
        // The server takes them up one by one.
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (openFiles(pod) < before + 8 && System.nanoTime() < until) {
            LockSupport.parkNanos(50_000_000L);
        }
        assertThat(openFiles(pod)).isCloseTo(before + 10, within(2.0));
        for (Socket client : clients) {
            client.close();
        }
    }

    private static double openFiles(PodProcess pod) throws Exception {
        return value(pod.get("/metrics").body(), "brainmatrix_pod_process_open_fds");
    }
}
