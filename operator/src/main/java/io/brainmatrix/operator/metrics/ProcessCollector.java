package io.brainmatrix.operator.metrics;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.operator.kube.ClusterView;
import io.brainmatrix.operator.leader.Leadership;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.prometheus.client.Collector;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** What this process has done and seen since it started. */
public final class ProcessCollector extends Collector {
    private final ClusterView cache;
    private final Leadership leadership;
    private final LongSupplier admissions;
    private final GateTally gate;
    private final EndTally ends;
    private final LaneTally lanes;

    /**
     * Counts from 0.
     *
     * @param admissions pods let in so far
     */
    public ProcessCollector(
            ClusterView cache, Leadership leadership, LongSupplier admissions, GateTally gate) {
        this.cache = cache;
        this.leadership = leadership;
        this.admissions = admissions;
        this.gate = gate;
        this.ends = new EndTally(leadership);
        this.lanes = new LaneTally(leadership);
    }

    /** To be told of each object that appears, changes or goes. */
    public void see(HasMetadata changed) {
        switch (changed) {
            case BrainMatrix matrix -> ends.see(matrix);
            case Lease lease -> lanes.see(lease);
            default -> {}
        }
    }

    @Override
    public List<MetricFamilySamples> collect() {
        ends.keep(cache.matrices());
        lanes.keep(cache.lanes());
        Families families =
                new Families(
                        Meter.LEADER,
                        Meter.ADMISSIONS,
                        Meter.GATE_DECISIONS,
                        Meter.GATE_ACTIONS,
                        Meter.ENDS);
        families.addBoolean(Meter.LEADER, List.of(), leadership.leads());
        families.add(Meter.ADMISSIONS, List.of(), admissions.getAsLong());
        gate.collect(families);
        ends.collect(families);
        return Stream.concat(families.all().stream(), lanes.collect().stream()).toList();
    }
}
