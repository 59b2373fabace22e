package io.brainmatrix.operator.metrics;

import io.prometheus.client.Collector.MetricFamilySamples;
import io.prometheus.client.CounterMetricFamily;
import io.prometheus.client.GaugeMetricFamily;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The samples of one scrape in the making; what is not known gets none, never a 0. */
final class Families {
    private final Map<Meter, MetricFamilySamples> families = new EnumMap<>(Meter.class);

    /** Each of these is told, with its help, even while it has no sample. */
    Families(Meter... meters) {
        for (Meter meter : meters) {
            families.put(meter, family(meter));
        }
    }

    private static MetricFamilySamples family(Meter meter) {
        String help = meter.meaning() + ".";
        return switch (meter.kind()) {
            case GAUGE -> new GaugeMetricFamily(meter.metric(), help, meter.labels());
            case COUNTER -> new CounterMetricFamily(meter.metric(), help, meter.labels());
            case HISTOGRAM -> throw new IllegalArgumentException(meter + " collects itself");
        };
    }

    void add(Meter meter, List<String> labels, Number value, String... more) {
        List<String> values = Stream.concat(labels.stream(), Stream.of(more)).toList();
        switch (families.get(meter)) {
            case GaugeMetricFamily gauge -> gauge.addMetric(values, value.doubleValue());
            case CounterMetricFamily counter -> counter.addMetric(values, value.doubleValue());
            case null, default ->
                    throw new IllegalArgumentException(meter + " is not collected here");
        }
    }

    void addBoolean(Meter meter, List<String> labels, boolean value, String... more) {
        add(meter, labels, value ? 1 : 0, more);
    }

    void addKnown(Meter meter, List<String> labels, @Nullable Number value, String... more) {
        if (value != null) {
            add(meter, labels, value, more);
        }
    }

    void addTime(Meter meter, List<String> labels, @Nullable Instant time, String... more) {
        if (time != null) {
            add(meter, labels, time.toEpochMilli() / 1000.0, more);
        }
    }

    List<MetricFamilySamples> all() {
        return List.copyOf(families.values());
    }
}
