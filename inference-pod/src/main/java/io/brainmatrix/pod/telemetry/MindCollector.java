package io.brainmatrix.pod.telemetry;

import io.brainmatrix.pod.mind.MindCount;
import io.prometheus.client.Collector;
import io.prometheus.client.CounterMetricFamily;
import io.prometheus.client.GaugeMetricFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** What a mind has done and what waits; families without samples where none is declared. */
public final class MindCollector extends Collector {
    private static final String PREFIX = "brainmatrix_pod_mind_";

    private final Supplier<Optional<MindCount>> counts;

    /** Collects from these counts; empty until a mind wakes. */
    public MindCollector(Supplier<Optional<MindCount>> counts) {
        this.counts = counts;
    }

    @Override
    public List<MetricFamilySamples> collect() {
        Optional<MindCount> count = counts.get();
        List<MetricFamilySamples> all = new ArrayList<>();
        CounterMetricFamily tokens =
                new CounterMetricFamily(
                        PREFIX + "tokens", "Tokens of prompts and of thoughts.", List.of("kind"));
        count.ifPresent(
                c -> {
                    tokens.addMetric(List.of("prompt"), (double) c.promptTokens());
                    tokens.addMetric(List.of("generated"), (double) c.tokens());
                });
        all.add(tokens);
        all.add(counter("thoughts", "Whole thoughts.", count, MindCount::thoughts));
        all.add(counter("told", "Thoughts that the chronicle has.", count, MindCount::told));
        all.add(
                counter(
                        "refused",
                        "Thoughts that the chronicle will never take.",
                        count,
                        MindCount::refused));
        all.add(
                counter(
                        "tell_failures",
                        "Times that telling failed and was put off.",
                        count,
                        MindCount::failures));
        all.add(
                counter(
                        "dropped",
                        "Thoughts that went untold because too many waited.",
                        count,
                        MindCount::dropped));
        all.add(counter("seen", "Entries that came of those watched.", count, MindCount::seen));
        all.add(
                counter(
                        "feed_breaks",
                        "Times that the feed broke off or could not be had.",
                        count,
                        MindCount::feedBreaks));
        all.add(
                gauge(
                        "spool_entries",
                        "Thoughts that wait to be told.",
                        count,
                        MindCount::spooled));
        all.add(
                gauge(
                        "feed_waiting",
                        "Entries of those watched that no prompt has told yet.",
                        count,
                        MindCount::waiting));
        all.add(
                gauge(
                        "feed_lag_seconds",
                        "How long the oldest of these has waited in the pod; 0 when none does.",
                        count,
                        c -> c.oldestSeconds().orElse(0)));
        return all;
    }

    private static MetricFamilySamples counter(
            String name,
            String help,
            Optional<MindCount> count,
            ToDoubleFunction<MindCount> value) {
        CounterMetricFamily family = new CounterMetricFamily(PREFIX + name, help, List.of());
        count.ifPresent(c -> family.addMetric(List.of(), value.applyAsDouble(c)));
        return family;
    }

    private static MetricFamilySamples gauge(
            String name,
            String help,
            Optional<MindCount> count,
            ToDoubleFunction<MindCount> value) {
        GaugeMetricFamily family = new GaugeMetricFamily(PREFIX + name, help, List.of());
        count.ifPresent(c -> family.addMetric(List.of(), value.applyAsDouble(c)));
        return family;
    }
}
