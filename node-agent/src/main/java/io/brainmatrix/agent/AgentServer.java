package io.brainmatrix.agent;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.prometheus.client.Collector;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.CounterMetricFamily;
import io.prometheus.client.GaugeMetricFamily;
import io.prometheus.client.exporter.common.TextFormat;
import java.io.IOException;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;

/** Health and metrics. */
final class AgentServer {
    private AgentServer() {}

    static void start(int port, Agent agent, Sampler sampler, PodWatch pods) throws IOException {
        CollectorRegistry registry = new CollectorRegistry(true);
        registry.register(
                new Collector() {
                    @Override
                    public List<MetricFamilySamples> collect() {
                        return List.of(
                                gauge("capacity_bytes", "MemTotal.", sampler.capacity()),
                                gauge("available_bytes", "MemAvailable.", sampler.available()),
                                gauge("reserve_bytes", "Kept free.", agent.reserve()),
                                gauge(
                                        "slope_bytes_per_second",
                                        "Change of available memory over the window.",
                                        sampler.slopePerSecond()),
                                gauge(
                                        "settled",
                                        "1 while settled.",
                                        OptionalLong.of(sampler.settled() ? 1 : 0)),
                                counter("samples", "Samples taken.", agent.samples()),
                                counter("publishes", "NodeMemory writes.", agent.publishes()),
                                counter(
                                        "pod_status_failures",
                                        "Pods that did not answer.",
                                        pods.failures()));
                    }
                });
        HttpServer server = HttpServer.create(new InetSocketAddress(port), 16);
        server.createContext(
                "/health/live",
                e ->
                        answer(
                                e,
                                agent.live() ? 200 : 503,
                                agent.live() ? "live\n" : "no sample for too long\n"));
        server.createContext(
                "/health/ready",
                e ->
                        answer(
                                e,
                                agent.ready() ? 200 : 503,
                                agent.ready() ? "ready\n" : "not published yet\n"));
        server.createContext(
                "/metrics",
                e -> {
                    StringWriter text = new StringWriter();
                    TextFormat.write004(text, registry.metricFamilySamples());
                    e.getResponseHeaders().set("Content-Type", TextFormat.CONTENT_TYPE_004);
                    answer(e, 200, text.toString());
                });
        server.start();
    }

    /** What is not known yet has no sample; it is not 0. */
    private static GaugeMetricFamily gauge(String name, String help, OptionalLong value) {
        String full = "brainmatrix_node_memory_" + name;
        return value.isPresent()
                ? new GaugeMetricFamily(full, help, (double) value.getAsLong())
                : new GaugeMetricFamily(full, help, List.of());
    }

    private static CounterMetricFamily counter(String name, String help, long value) {
        return new CounterMetricFamily("brainmatrix_agent_" + name, help, (double) value);
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        try (exchange) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }
}
