package io.brainmatrix.pod.telemetry;

import io.prometheus.client.Collector;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.GaugeMetricFamily;
import io.prometheus.client.exporter.common.TextFormat;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Supplier;

/** The pod's metrics; gauges are read when they are asked for. */
public final class PodMetrics {
    /** Prometheus's text format. */
    public static final String CONTENT_TYPE = TextFormat.CONTENT_TYPE_004;

    private final CollectorRegistry registry = new CollectorRegistry(true);
    private final Counter tokens =
            Counter.build("brainmatrix_pod_tokens", "Tokens of prompts and of answers.")
                    .labelNames("kind")
                    .register(registry);
    private final Counter requests =
            Counter.build("brainmatrix_pod_requests", "HTTP requests by path and status.")
                    .labelNames("path", "status")
                    .register(registry);

    /** A value that can be read at any time; negative when nobody knows it yet. */
    public record Gauge(String name, String help, Supplier<Double> value) {}

    /** Metrics with these gauges. */
    public PodMetrics(List<Gauge> gauges) {
        registry.register(
                new Collector() {
                    @Override
                    public List<MetricFamilySamples> collect() {
                        return gauges.stream()
                                .map(g -> new Reading(g, g.value().get()))
                                .filter(r -> r.value() >= 0)
                                .<MetricFamilySamples>map(
                                        r ->
                                                new GaugeMetricFamily(
                                                        r.gauge().name(),
                                                        r.gauge().help(),
                                                        r.value()))
                                .toList();
                    }
                });
    }

    private record Reading(Gauge gauge, double value) {}

    /** Counts a request that was answered by the engine. */
    public void answered(int promptTokens, int generatedTokens) {
        tokens.labels("prompt").inc(promptTokens);
        tokens.labels("generated").inc(generatedTokens);
    }

    /** Counts an HTTP request. */
    public void request(String path, int status) {
        requests.labels(path, Integer.toString(status)).inc();
    }

    /** All metrics as text. */
    public String text() {
        try {
            StringWriter text = new StringWriter();
            TextFormat.write004(text, registry.metricFamilySamples());
            return text.toString();
        } catch (IOException e) {
            throw new UncheckedIOException("a StringWriter does not fail", e);
        }
    }
}
