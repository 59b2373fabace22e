package io.brainmatrix.operator.metrics;

import io.brainmatrix.operator.leader.Leadership;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import io.prometheus.client.Collector.MetricFamilySamples;
import io.prometheus.client.Histogram;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How long lanes are held, seen on their Leases by the process that leads. */
final class LaneTally {
    /** From a model that is in the page cache to the longest load timeout in common use. */
    private static final double[] SECONDS = {1, 2, 5, 10, 20, 30, 60, 120, 300, 600};

    private final Leadership leadership;
    private final Histogram holds =
            Histogram.build(Meter.LANE_HOLD.metric(), Meter.LANE_HOLD.meaning() + ".")
                    .buckets(SECONDS)
                    .create();

    /** By Lease: when its present holder took it. */
    private final Map<String, ZonedDateTime> held = new HashMap<>();

    LaneTally(Leadership leadership) {
        this.leadership = leadership;
    }

    synchronized void see(Lease lease) {
        LeaseSpec spec = lease.getSpec();
        String name = lease.getMetadata().getName();
        if (spec == null) {
            return;
        }
        if (spec.getHolderIdentity() != null && !spec.getHolderIdentity().isBlank()) {
            if (spec.getAcquireTime() != null) {
                held.put(name, spec.getAcquireTime());
            }
            return;
        }
        ZonedDateTime taken = held.remove(name);
        if (taken != null && spec.getRenewTime() != null && leadership.leads()) {
            // Two operators' clocks may differ; a hold is never negative.
            Duration hold = Duration.between(taken, spec.getRenewTime());
            holds.observe(Math.max(0, hold.toMillis() / 1000.0));
        }
    }

    /** Forgets lanes that are gone. */
    synchronized void keep(Collection<Lease> present) {
        held.keySet().retainAll(present.stream().map(l -> l.getMetadata().getName()).toList());
    }

    List<MetricFamilySamples> collect() {
        return holds.collect();
    }
}
