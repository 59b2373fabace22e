package io.brainmatrix.operator.metrics;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.Crashes;
import io.brainmatrix.api.v1alpha1.InstanceStatus;
import io.brainmatrix.api.v1alpha1.Reason;
import io.brainmatrix.operator.kube.ClusterView;
import io.brainmatrix.operator.kube.NodeDesk;
import io.brainmatrix.operator.workload.WorkloadNames;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.prometheus.client.Collector;
import io.prometheus.client.CounterMetricFamily;
import io.prometheus.client.GaugeMetricFamily;
import java.util.List;
import java.util.Map;

/**
 * What the cluster's objects say, collected at each scrape: totals survive a restart because they
 * are in the status.
 */
public final class MatrixCollector extends Collector {
    static final String READY = "brainmatrix_instance_ready";
    static final String DEATHS = "brainmatrix_instance_deaths";
    static final String LIVES = "brainmatrix_instance_lives";
    static final String WAITING = "brainmatrix_instance_waiting";
    static final String LANE_HELD = "brainmatrix_lane_held";
    static final String ADMISSIONS = "brainmatrix_admissions";

    private static final List<String> INSTANCE = List.of("namespace", "matrix", "instance");

    private final ClusterView cache;
    private final NodeDesk desk;

    /** Collects from the cache and counts admissions of this process. */
    public MatrixCollector(ClusterView cache, NodeDesk desk) {
        this.cache = cache;
        this.desk = desk;
    }

    @Override
    public List<MetricFamilySamples> collect() {
        var ready =
                new GaugeMetricFamily(READY, "1 while the instance answers requests.", INSTANCE);
        var deaths =
                new CounterMetricFamily(DEATHS, "Deaths of the instance, all its lives.", INSTANCE);
        var lives = new CounterMetricFamily(LIVES, "Lives of the instance begun.", INSTANCE);
        var waiting =
                new GaugeMetricFamily(
                        WAITING,
                        "1 while the instance is not ready, by its reason.",
                        List.of("namespace", "matrix", "instance", "reason"));
        for (BrainMatrix matrix : cache.matrices()) {
            if (matrix.getStatus() == null) {
                continue;
            }
            for (InstanceStatus instance : matrix.getStatus().instances()) {
                List<String> labels =
                        List.of(
                                matrix.getMetadata().getNamespace(),
                                matrix.getMetadata().getName(),
                                instance.name());
                Crashes crashes = instance.crashes();
                boolean answers = instance.reason() == Reason.Ready;
                ready.addMetric(labels, answers ? 1 : 0);
                deaths.addMetric(
                        labels,
                        crashes == null || crashes.total() == null ? 0 : (double) crashes.total());
                lives.addMetric(labels, instance.lives() == null ? 0 : (double) instance.lives());
                if (!answers && instance.reason() != null) {
                    waiting.addMetric(
                            List.of(
                                    labels.get(0),
                                    labels.get(1),
                                    labels.get(2),
                                    instance.reason().name()),
                            1);
                }
            }
        }
        return List.of(
                ready,
                deaths,
                lives,
                waiting,
                lanes(),
                new CounterMetricFamily(
                        ADMISSIONS,
                        "Pods let in by this operator process.",
                        (double) desk.admissions()));
    }

    private GaugeMetricFamily lanes() {
        var lanes =
                new GaugeMetricFamily(
                        LANE_HELD, "1 while the node's lane is held.", List.of("node"));
        for (Lease lease : cache.lanes()) {
            Map<String, String> annotations = lease.getMetadata().getAnnotations();
            String node = annotations == null ? null : annotations.get(WorkloadNames.NODE);
            if (node != null) {
                String holder =
                        lease.getSpec() == null ? null : lease.getSpec().getHolderIdentity();
                lanes.addMetric(List.of(node), holder == null || holder.isEmpty() ? 0 : 1);
            }
        }
        return lanes;
    }
}
