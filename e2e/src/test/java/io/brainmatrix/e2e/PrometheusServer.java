package io.brainmatrix.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/**
 * A real Prometheus on this machine that scrapes the cluster each second, as
 * deploy/prometheus/scrape.yaml says, and has the chart's rules.
 */
final class PrometheusServer implements AutoCloseable {
    private static final Path SCRAPE = Cluster.ROOT.resolve("deploy/prometheus/scrape.yaml");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newHttpClient();
    private final Process process;
    private final ScrapeTargets targets;
    private final int port;
    private final Instant since = Instant.now();

    private PrometheusServer(Process process, ScrapeTargets targets, int port) {
        this.process = process;
        this.targets = targets;
        this.port = port;
    }

    /** Starts it; it needs some seconds before it answers. */
    static PrometheusServer start(Cluster cluster) {
        Script unpacked = Script.run("scripts/prometheus");
        if (unpacked.status() != 0) {
            throw new AssertionError(unpacked.output());
        }
        try {
            Path folder = Files.createTempDirectory("prometheus");
            Path configuration = folder.resolve("prometheus.yml");
            Path pods = folder.resolve("pods.json");
            ScrapeTargets targets = new ScrapeTargets(cluster, pods);
            Files.writeString(configuration, configuration(pods));
            int port;
            try (ServerSocket free = new ServerSocket(0)) {
                port = free.getLocalPort();
            }
            Process process =
                    new ProcessBuilder(
                                    Path.of(unpacked.last()).resolve("prometheus").toString(),
                                    "--config.file=" + configuration,
                                    "--storage.tsdb.path=" + folder.resolve("data"),
                                    "--web.listen-address=127.0.0.1:" + port)
                            .redirectErrorStream(true)
                            .redirectOutput(folder.resolve("log").toFile())
                            .start();
            return new PrometheusServer(process, targets, port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String configuration(Path targets) throws IOException {
        return """
        global: {scrape_interval: 1s, evaluation_interval: 1s}
        rule_files: [%s]
        scrape_configs:
        %s"""
                .formatted(
                        AlertRulesTest.RULES.toAbsolutePath().normalize(),
                        Files.readString(SCRAPE)
                                .replace(
                                        "kubernetes_sd_configs: [{role: pod}]",
                                        "file_sd_configs: [{files: [%s]}]".formatted(targets)));
    }

    /** The results of an instant query. */
    JsonNode query(String expression) {
        return results("query?query=" + encoded(expression));
    }

    /** The results of a query over all the time since it was started, second by second. */
    JsonNode range(String expression) {
        return results(
                "query_range?query=%s&start=%d&end=%d&step=1"
                        .formatted(
                                encoded(expression),
                                since.getEpochSecond(),
                                Instant.now().getEpochSecond()));
    }

    private JsonNode results(String path) {
        return get(path).at("/data/result");
    }

    /** An answer of its API. */
    JsonNode get(String path) {
        URI uri = URI.create("http://127.0.0.1:%d/api/v1/%s".formatted(port, path));
        try {
            HttpResponse<String> answer =
                    http.send(
                            HttpRequest.newBuilder(uri).build(),
                            HttpResponse.BodyHandlers.ofString());
            JsonNode body = JSON.readTree(answer.body());
            if (!body.path("status").asText().equals("success")) {
                throw new AssertionError(path + ": " + answer.body());
            }
            return body;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        targets.close();
        process.destroy();
        process.onExit().join();
    }
}
