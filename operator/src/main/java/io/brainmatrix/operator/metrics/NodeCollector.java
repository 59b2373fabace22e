package io.brainmatrix.operator.metrics;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.InstanceStatus;
import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.brainmatrix.operator.admission.GpuLedger;
import io.brainmatrix.operator.admission.Holder;
import io.brainmatrix.operator.admission.Ledger;
import io.brainmatrix.operator.admission.NodeSnapshot;
import io.brainmatrix.operator.admission.Occupant;
import io.brainmatrix.operator.kube.ClusterView;
import io.brainmatrix.operator.kube.NodeReader;
import io.brainmatrix.operator.workload.WorkloadNames;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.prometheus.client.Collector;
import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the gate knows of each node: its account, its queue, its lane. Collected at each scrape. */
public final class NodeCollector extends Collector {
    private final ClusterView cache;
    private final NodeReader reader;

    /** Reads nodes as the gate does; the reader must not ask the API server for Events. */
    public NodeCollector(ClusterView cache, NodeReader reader) {
        this.cache = cache;
        this.reader = reader;
    }

    @Override
    public List<MetricFamilySamples> collect() {
        Families families =
                new Families(
                        Meter.NODE_READING_FRESH,
                        Meter.NODE_QUEUE,
                        Meter.NODE_LEDGER,
                        Meter.NODE_GPU_LEDGER,
                        Meter.INSTANCE_MEMORY_USED,
                        Meter.LANE_HELD,
                        Meter.LANE_HOLDER,
                        Meter.LANE_HELD_SINCE);
        Map<String, Integer> queues = queues();
        for (Node node : cache.nodes()) {
            String name = node.getMetadata().getName();
            Optional<NodeMemory> memory = cache.nodeMemory(name);
            if (memory.isPresent()) {
                List<String> labels = List.of(name);
                families.addBoolean(Meter.NODE_READING_FRESH, labels, cache.isFresh(memory.get()));
                families.add(Meter.NODE_QUEUE, labels, queues.getOrDefault(name, 0));
                occupied(families, labels, reader.occupied(name));
            }
        }
        cache.lanes().forEach(lease -> lane(families, lease));
        return families.all();
    }

    private Map<String, Integer> queues() {
        Map<String, Integer> queues = new HashMap<>();
        for (BrainMatrix matrix : cache.matrices()) {
            if (matrix.getStatus() != null) {
                for (InstanceStatus instance : matrix.getStatus().instances()) {
                    if (instance.queuePosition() != null && instance.node() != null) {
                        queues.merge(instance.node(), 1, Integer::sum);
                    }
                }
            }
        }
        return queues;
    }

    private static void occupied(Families families, List<String> labels, NodeSnapshot node) {
        node.reading().ifPresent(r -> ledger(families, labels, Ledger.of(node, r)));
        for (Occupant pod : node.occupants()) {
            if (!pod.ended() && pod.used().isPresent()) {
                families.add(
                        Meter.INSTANCE_MEMORY_USED,
                        List.of(pod.key().namespace(), pod.key().matrix(), pod.key().instance()),
                        pod.used().getAsLong(),
                        node.node());
            }
        }
    }

    private static void ledger(Families families, List<String> labels, Ledger ledger) {
        Map<String, Long> parts =
                Map.of(
                        "allocatable", ledger.allocatable(),
                        "reserve", ledger.reserve(),
                        "foreign", ledger.foreign(),
                        "unaccounted", ledger.unaccounted(),
                        "committed", ledger.committed(),
                        "unused", ledger.unused(),
                        "available", ledger.available(),
                        "free", ledger.free(),
                        "measured_free", ledger.measuredFree());
        parts.forEach((part, bytes) -> families.add(Meter.NODE_LEDGER, labels, bytes, part));
        ledger.gpu().ifPresent(gpu -> gpu(families, labels, gpu));
    }

    private static void gpu(Families families, List<String> labels, GpuLedger gpu) {
        Map<String, Long> parts =
                Map.of(
                        "total", gpu.total(),
                        "unaccounted", gpu.unaccounted(),
                        "committed", gpu.committed(),
                        "unused", gpu.unused(),
                        "available", gpu.available(),
                        "free", gpu.free(),
                        "measured_free", gpu.measuredFree());
        parts.forEach((part, bytes) -> families.add(Meter.NODE_GPU_LEDGER, labels, bytes, part));
    }

    private static void lane(Families families, Lease lease) {
        Map<String, String> annotations = lease.getMetadata().getAnnotations();
        String node = annotations == null ? null : annotations.get(WorkloadNames.NODE);
        if (node == null) {
            return;
        }
        List<String> labels = List.of(node);
        String identity = lease.getSpec() == null ? null : lease.getSpec().getHolderIdentity();
        if (identity == null || identity.isBlank()) {
            families.addBoolean(Meter.LANE_HELD, labels, false);
            return;
        }
        families.addBoolean(Meter.LANE_HELD, labels, true);
        Holder.parse(identity).ifPresent(holder -> holder(families, labels, holder));
        ZonedDateTime taken = lease.getSpec().getAcquireTime();
        families.addTime(Meter.LANE_HELD_SINCE, labels, taken == null ? null : taken.toInstant());
    }

    /** An instance's name has no dash, so its pod's name can be taken apart. */
    private static void holder(Families families, List<String> labels, Holder holder) {
        String[] parts = holder.pod().split("-");
        if (parts.length >= 3) {
            String instance = parts[parts.length - 2];
            String matrix = String.join("-", List.of(parts).subList(0, parts.length - 2));
            families.add(Meter.LANE_HOLDER, labels, 1, holder.namespace(), matrix, instance);
        }
    }
}
