package io.brainmatrix.pod.telemetry;

import io.prometheus.client.Collector;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.GaugeMetricFamily;
import io.prometheus.client.Histogram;
import io.prometheus.client.exporter.common.TextFormat;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** The pod's metrics; gauges are read when they are asked for. */
public final class PodMetrics {
    /** Prometheus's text format. */
    public static final String CONTENT_TYPE = TextFormat.CONTENT_TYPE_004;

    private static final double[] FIRST_TOKEN_SECONDS = {
        0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120
    };
    private static final double[] SPEED_PER_SECOND = {
        0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000
    };
    private static final double[] GROWTH_BYTES = {
        0, 1 << 16, 1 << 20, 1 << 22, 1 << 24, 1 << 26, 1 << 28
    };

    private final CollectorRegistry registry = new CollectorRegistry(true);
    private final Counter tokens =
            Counter.build("brainmatrix_pod_tokens", "Tokens of prompts and of answers.")
                    .labelNames("kind")
                    .register(registry);
    private final Counter requests =
            Counter.build("brainmatrix_pod_requests", "HTTP requests by path and status.")
                    .labelNames("path", "status")
                    .register(registry);

    private final Histogram firstToken =
            histogram(
                    "time_to_first_token_seconds",
                    "From a request that is understood to its first token, time in the queue included.",
                    FIRST_TOKEN_SECONDS);
    private final Histogram speed =
            histogram(
                    "answer_tokens_per_second",
                    "Tokens of an answer after its first, by the time they took.",
                    SPEED_PER_SECOND);
    private final Histogram growth =
            histogram(
                    "request_memory_growth_bytes",
                    "Anonymous memory of the process after an answer beyond that before it; less is 0. Answers of the same time count each other's.",
                    GROWTH_BYTES);
    private final Path proc;

    /** A value that can be read at any time; negative when nobody knows it yet. */
    public record Gauge(String name, String help, Supplier<Double> value) {}

    /**
     * Values by a label that can be read at any time; none when nobody knows them yet.
     *
     * @param values by what the label says
     */
    public record Family(
            String name, String help, String label, Supplier<Map<String, Double>> values) {}

    /**
     * Metrics with these gauges.
     *
     * @param proc where procfs is mounted
     */
    public PodMetrics(List<Gauge> gauges, Path proc) {
        this(gauges, List.of(), proc);
    }

    /** Metrics with these gauges, and these that have a label. */
    public PodMetrics(List<Gauge> gauges, List<Family> families, Path proc) {
        this.proc = proc;
        registry.register(
                new Collector() {
                    @Override
                    public List<MetricFamilySamples> collect() {
                        return families.stream().map(PodMetrics::samples).toList();
                    }
                });
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

    /** Tells what another collector has too. */
    public void add(Collector collector) {
        registry.register(collector);
    }

    private static Collector.MetricFamilySamples samples(Family family) {
        GaugeMetricFamily samples =
                new GaugeMetricFamily(family.name(), family.help(), List.of(family.label()));
        family.values().get().forEach((label, value) -> samples.addMetric(List.of(label), value));
        return samples;
    }

    private record Reading(Gauge gauge, double value) {}

    private Histogram histogram(String name, String help, double... buckets) {
        return Histogram.build("brainmatrix_pod_" + name, help).buckets(buckets).register(registry);
    }

    /**
     * Begins to watch an answer.
     *
     * @param nanos the monotonic clock
     */
    public AnswerMeter answering(LongSupplier nanos) {
        return new AnswerMeter(this, proc, nanos);
    }

    void tokens(int prompt, int generated) {
        tokens.labels("prompt").inc(prompt);
        tokens.labels("generated").inc(generated);
    }

    void firstToken(double seconds) {
        firstToken.observe(seconds);
    }

    void speed(double tokensPerSecond) {
        speed.observe(tokensPerSecond);
    }

    void growth(double bytes) {
        growth.observe(bytes);
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
