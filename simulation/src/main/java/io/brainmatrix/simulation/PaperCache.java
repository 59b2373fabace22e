package io.brainmatrix.simulation;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.brainmatrix.operator.kube.ClusterView;
import io.brainmatrix.operator.kube.Freshness;
import io.brainmatrix.operator.workload.WorkloadNames;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.node.v1.RuntimeClass;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One operator's cache: each kind lags behind the API server by itself, in order, and what arrives
 * may arrive twice.
 */
final class PaperCache implements ClusterView {
    private final World world;
    private final String namespace;
    private final Freshness freshness;
    private final Consumer<HasMetadata> listener;
    private final Map<Class<?>, Map<String, HasMetadata>> kinds = new HashMap<>();
    private final Map<Class<?>, Long> arrives = new HashMap<>();
    private boolean stopped;

    /** Reads everything once, as informers do at their start. */
    PaperCache(World world, String namespace, Consumer<HasMetadata> listener) {
        this.world = world;
        this.namespace = namespace;
        this.listener = listener;
        freshness = new Freshness(() -> world.time.now() * 1_000_000);
        for (Class<? extends HasMetadata> kind : World.KINDS) {
            Map<String, HasMetadata> read = new LinkedHashMap<>();
            for (HasMetadata object : world.server.list(kind)) {
                read.put(PaperServer.key(object), object);
                if (object instanceof NodeMemory memory) {
                    freshness.onAdd(memory);
                }
            }
            kinds.put(kind, read);
        }
    }

    void stop() {
        stopped = true;
    }

    /** A write on its way to this cache. */
    void changed(PaperServer.Change change) {
        if (stopped || !kinds.containsKey(change.kind())) {
            return;
        }
        long at =
                Math.max(
                        arrives.getOrDefault(change.kind(), 0L),
                        world.time.now() + world.faults.lag());
        arrives.put(change.kind(), at);
        world.time.in(at - world.time.now(), () -> arrive(change));
        if (world.faults.duplicates()) {
            world.time.in(
                    at - world.time.now() + world.time.between(0, 2_000),
                    () -> tell(change.after() == null ? change.before() : change.after()));
        }
    }

    private void arrive(PaperServer.Change change) {
        if (stopped) {
            return;
        }
        Map<String, HasMetadata> known = kinds.getOrDefault(change.kind(), new LinkedHashMap<>());
        HasMetadata before = known.get(change.key());
        if (change.after() == null) {
            known.remove(change.key());
        } else {
            known.put(change.key(), change.after());
        }
        if (change.after() instanceof NodeMemory now) {
            if (before instanceof NodeMemory old) {
                freshness.onUpdate(old, now);
            } else {
                freshness.onAdd(now);
            }
        } else if (change.after() == null && before instanceof NodeMemory old) {
            freshness.onDelete(old, false);
        }
        tell(change.after() == null ? change.before() : change.after());
    }

    private void tell(@org.jspecify.annotations.Nullable HasMetadata object) {
        if (!stopped && object != null) {
            listener.accept(object);
        }
    }

    @SuppressWarnings("unchecked") // each kind under its own class
    private <T> List<T> all(Class<T> kind) {
        return (List<T>) new ArrayList<>(kinds.getOrDefault(kind, Map.of()).values());
    }

    private <T> Optional<T> one(Class<T> kind, String key) {
        return Optional.ofNullable(kind.cast(kinds.getOrDefault(kind, Map.of()).get(key)));
    }

    @Override
    public List<BrainMatrix> matrices() {
        return all(BrainMatrix.class);
    }

    @Override
    public Optional<BrainMatrix> matrix(String namespace, String name) {
        return one(BrainMatrix.class, namespace + "/" + name);
    }

    @Override
    public List<Pod> podsOn(String node) {
        return all(Pod.class).stream().filter(p -> node.equals(Pods.nodeOf(p))).toList();
    }

    @Override
    public List<Pod> podsOf(String matrixUid) {
        return all(Pod.class).stream()
                .filter(p -> matrixUid.equals(Pods.annotation(p, WorkloadNames.MATRIX_UID)))
                .toList();
    }

    @Override
    public List<Pod> scoutsOf(String matrixUid) {
        return all(Pod.class).stream()
                .filter(p -> matrixUid.equals(Pods.annotation(p, WorkloadNames.SCOUT_OF)))
                .toList();
    }

    @Override
    public List<Node> nodes() {
        return all(Node.class);
    }

    @Override
    public Optional<Node> node(String name) {
        return one(Node.class, name);
    }

    @Override
    public Optional<NodeMemory> nodeMemory(String node) {
        return one(NodeMemory.class, node);
    }

    @Override
    public Optional<Duration> freshFor(NodeMemory memory) {
        return freshness.freshFor(memory);
    }

    @Override
    public Optional<Lease> lane(String node) {
        return one(Lease.class, namespace + "/" + WorkloadNames.lane(node));
    }

    @Override
    public List<Lease> lanes() {
        return all(Lease.class);
    }

    @Override
    public Optional<RuntimeClass> runtimeClass(String name) {
        return Optional.empty(); // nobody names one here
    }

    @Override
    public Optional<PersistentVolumeClaim> claim(String namespace, String name) {
        return one(PersistentVolumeClaim.class, namespace + "/" + name);
    }

    @Override
    public Optional<PersistentVolume> volume(String name) {
        return one(PersistentVolume.class, name);
    }

    @Override
    public List<PersistentVolume> volumes() {
        return all(PersistentVolume.class);
    }

    @Override
    public Optional<Service> service(String namespace, String name) {
        return one(Service.class, namespace + "/" + name);
    }

    @Override
    public List<Service> services(String namespace) {
        return all(Service.class).stream()
                .filter(s -> namespace.equals(s.getMetadata().getNamespace()))
                .toList();
    }
}
