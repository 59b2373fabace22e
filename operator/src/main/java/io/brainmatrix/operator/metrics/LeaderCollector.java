package io.brainmatrix.operator.metrics;

import io.brainmatrix.operator.leader.Leadership;
import io.prometheus.client.Collector;
import io.prometheus.client.GaugeMetricFamily;
import java.util.List;

/** Whether this process acts. */
public final class LeaderCollector extends Collector {
    private final Leadership leadership;

    /** Asks at each scrape. */
    public LeaderCollector(Leadership leadership) {
        this.leadership = leadership;
    }

    @Override
    public List<MetricFamilySamples> collect() {
        return List.of(
                new GaugeMetricFamily(
                        "brainmatrix_leader",
                        "1 in the operator process that acts.",
                        leadership.leads() ? 1 : 0));
    }
}
