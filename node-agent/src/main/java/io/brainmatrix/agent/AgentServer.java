package io.brainmatrix.agent;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.exporter.common.TextFormat;
import java.io.IOException;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** Health and metrics. */
final class AgentServer {
    private AgentServer() {}

    static void start(
            InetSocketAddress listen, String node, Agent agent, Sampler sampler, PodWatch pods)
            throws IOException {
        CollectorRegistry registry = new CollectorRegistry(true);
        registry.register(new AgentCollector(node, agent, sampler, pods));
        HttpServer server = HttpServer.create(listen, 16);
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

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        try (exchange) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }
}
