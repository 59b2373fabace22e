package io.brainmatrix.chronicle.telemetry;

import io.brainmatrix.chronicle.entry.Kind;
import io.brainmatrix.chronicle.feed.Feed;
import io.brainmatrix.chronicle.store.Fault;
import io.brainmatrix.chronicle.store.Outcome;
import io.brainmatrix.chronicle.store.Scribe;
import io.prometheus.client.Collector;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.CounterMetricFamily;
import io.prometheus.client.GaugeMetricFamily;
import io.prometheus.client.Histogram;
import io.prometheus.client.exporter.common.TextFormat;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** The chronicle's metrics. */
public final class ChronicleMetrics {
    /** Prometheus's text format. */
    public static final String CONTENT_TYPE = TextFormat.CONTENT_TYPE_004;

    private static final String PREFIX = "brainmatrix_chronicle_";

    private final CollectorRegistry registry = new CollectorRegistry(true);
    private final Counter appends =
            Counter.build(PREFIX + "appends", "Entries that were told, by what became of them.")
                    .labelNames("kind", "outcome")
                    .register(registry);
    private final Counter unfinished =
            Counter.build(PREFIX + "unfinished", "Times a thought under way was told.")
                    .labelNames("outcome")
                    .register(registry);
    private final Counter requests =
            Counter.build(PREFIX + "requests", "HTTP requests by path and status.")
                    .labelNames("path", "status")
                    .register(registry);
    private final Histogram appendSeconds =
            Histogram.build(
                            PREFIX + "append_seconds",
                            "From a batch's coming in whole until it was on disk.")
                    .buckets(.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5)
                    .register(registry);

    /** Metrics of these parts. */
    public ChronicleMetrics(Scribe scribe, Feed feed) {
        unfinished.labels("Taken");
        unfinished.labels("Dropped");
        registry.register(
                new Collector() {
                    @Override
                    public List<MetricFamilySamples> collect() {
                        return List.of(
                                gauge("entries", "Entries now stored.", scribe.entries()),
                                gauge("bytes", "Bytes of their texts.", scribe.bytes()),
                                gauge(
                                        "last_sequence",
                                        "The sequence given last.",
                                        scribe.lastSequence()),
                                counter(
                                        "removed_entries",
                                        "Entries that retention took away.",
                                        scribe.removedEntries()),
                                counter(
                                        "removed_bytes",
                                        "Bytes of their texts.",
                                        scribe.removedBytes()),
                                gauge(
                                        "waiting_batches",
                                        "Batches that wait to be stored.",
                                        scribe.waiting()),
                                counter("commits", "Times the disk was synced.", scribe.commits()),
                                counter(
                                        "unfinished_stored",
                                        "Thoughts under way that became entries, as their lives were over.",
                                        scribe.unfinishedStored()),
                                counter("faults", "Times storing failed.", scribe.faults()),
                                fault(scribe),
                                gauge("feed_connections", "Who listens.", feed.listeners()),
                                counter(
                                        "feed_catch_ups",
                                        "Times a listener was too slow and read on from the store.",
                                        feed.catchUps()));
                    }
                });
        feed.lag().register(registry);
    }

    private static GaugeMetricFamily fault(Scribe scribe) {
        GaugeMetricFamily family =
                new GaugeMetricFamily(
                        PREFIX + "fault", "1 while nothing can be stored for it.", List.of("kind"));
        List<Fault.Kind> kinds = new ArrayList<>(List.of(Fault.Kind.values()));
        Fault.Kind now = scribe.fault().map(Fault::kind).orElse(null);
        kinds.forEach(kind -> family.addMetric(List.of(kind.name()), kind == now ? 1 : 0));
        return family;
    }

    private static GaugeMetricFamily gauge(String name, String help, long value) {
        return new GaugeMetricFamily(PREFIX + name, help, (double) value);
    }

    private static CounterMetricFamily counter(String name, String help, long value) {
        return new CounterMetricFamily(PREFIX + name, help, (double) value);
    }

    /** Counts an entry that was taken. */
    public void appended(Kind kind, Outcome outcome) {
        appends.labels(kind.name(), outcome.name()).inc();
    }

    /** Counts a thought under way that was told; without room for it, it was not taken. */
    public void unfinished(boolean taken) {
        unfinished.labels(taken ? "Taken" : "Dropped").inc();
    }

    /** How long a batch took to be stored. */
    public void stored(double seconds) {
        appendSeconds.observe(seconds);
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
