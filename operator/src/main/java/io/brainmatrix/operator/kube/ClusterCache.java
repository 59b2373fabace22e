package io.brainmatrix.operator.kube;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.brainmatrix.operator.workload.WorkloadNames;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.node.v1.RuntimeClass;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * One informer per kind for the whole operator: no reconcile lists anything. Readings may be stale;
 * whoever acts on one states the version it saw, or reads again.
 */
public final class ClusterCache implements ClusterView, AutoCloseable {
    private static final String BY_NODE = "node";
    private static final String BY_MATRIX = "matrix";
    private static final String BY_SCOUTED = "scouted";
    private static final Duration SYNC = Duration.ofSeconds(60);

    private final String namespace;
    private final Freshness freshness;
    private final List<Consumer<HasMetadata>> listeners = new CopyOnWriteArrayList<>();
    private final List<SharedIndexInformer<?>> informers = new ArrayList<>();
    private final List<SharedIndexInformer<BrainMatrix>> matrices;
    private final SharedIndexInformer<NodeMemory> nodeMemories;
    private final List<SharedIndexInformer<Pod>> pods;
    private final SharedIndexInformer<Node> nodes;
    private final SharedIndexInformer<Lease> leases;
    private final List<SharedIndexInformer<PersistentVolumeClaim>> claims;
    private final SharedIndexInformer<PersistentVolume> volumes;
    private final List<SharedIndexInformer<Service>> services;
    private final SharedIndexInformer<RuntimeClass> runtimeClasses;

    /**
     * Makes the informers; nothing is read before {@link #start}.
     *
     * @param namespace of the lanes
     * @param scope namespaces of all else that is in one; of others nothing is known, their pods'
     *     memory is part of what nobody explains
     */
    public ClusterCache(
            KubernetesClient client, String namespace, Scope scope, LongSupplier nanoClock) {
        this.namespace = namespace;
        freshness = new Freshness(nanoClock);
        matrices = addAll(scope.of(client.resources(BrainMatrix.class)));
        nodeMemories = add(client.resources(NodeMemory.class).runnableInformer(0));
        pods = addAll(scope.of(client.pods()));
        for (SharedIndexInformer<Pod> informer : pods) {
            informer.addIndexers(
                    Map.of(
                            BY_NODE, pod -> PodReader.nodeOf(pod).map(List::of).orElse(List.of()),
                            BY_MATRIX,
                                    pod ->
                                            PodReader.matrixUidOf(pod)
                                                    .map(List::of)
                                                    .orElse(List.of()),
                            BY_SCOUTED,
                                    pod ->
                                            ScoutKeeper.matrixUidOf(pod)
                                                    .map(List::of)
                                                    .orElse(List.of())));
        }
        nodes = add(client.nodes().runnableInformer(0));
        leases =
                add(
                        client.leases()
                                .inNamespace(namespace)
                                .withLabel(WorkloadNames.MANAGED_BY, WorkloadNames.MANAGER)
                                .runnableInformer(0));
        claims = addAll(scope.of(client.persistentVolumeClaims()));
        volumes =
                add(
                        client.persistentVolumes()
                                .withLabel(WorkloadNames.MANAGED_BY, WorkloadNames.MANAGER)
                                .runnableInformer(0));
        services =
                addAll(
                        scope.of(client.services()).stream()
                                .map(
                                        kind ->
                                                kind.withLabel(
                                                        WorkloadNames.MANAGED_BY,
                                                        WorkloadNames.MANAGER))
                                .toList());
        runtimeClasses = add(client.resources(RuntimeClass.class).runnableInformer(0));
        nodeMemories.addEventHandler(freshness);
    }

    private <T extends HasMetadata> List<SharedIndexInformer<T>> addAll(
            List<? extends Informable<T>> kinds) {
        return kinds.stream().map(kind -> add(kind.runnableInformer(0))).toList();
    }

    private <T extends HasMetadata> SharedIndexInformer<T> add(SharedIndexInformer<T> informer) {
        informers.add(informer);
        informer.addEventHandler(new Changes<>(now -> listeners.forEach(l -> l.accept(now))));
        return informer;
    }

    /**
     * Starts all informers and waits until each has read its kind once.
     *
     * @throws IllegalStateException when the API server does not answer within a minute
     */
    public synchronized void start() {
        for (SharedIndexInformer<?> informer : informers) {
            if (!informer.isRunning()) {
                try {
                    informer.start().toCompletableFuture().get(SYNC.toSeconds(), TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException("interrupted while reading the cluster", e);
                } catch (ExecutionException | TimeoutException e) {
                    throw new IllegalStateException(
                            "could not read " + informer.getApiTypeClass().getSimpleName() + "s",
                            e);
                }
            }
        }
    }

    /**
     * Calls the listener for each object that appears, changes or goes, from an informer's thread.
     */
    public void listen(Consumer<HasMetadata> listener) {
        listeners.add(listener);
    }

    /** Tells the listeners of every node once more: all that concerns one is to be looked at. */
    public void tellAll() {
        nodeMemories.getStore().list().forEach(m -> listeners.forEach(l -> l.accept(m)));
        nodes().forEach(n -> listeners.forEach(l -> l.accept(n)));
    }

    @Override
    public List<BrainMatrix> matrices() {
        return all(matrices);
    }

    @Override
    public Optional<BrainMatrix> matrix(String namespace, String name) {
        return get(matrices, namespace + "/" + name);
    }

    @Override
    public List<Pod> podsOn(String node) {
        return byIndex(BY_NODE, node);
    }

    @Override
    public List<Pod> podsOf(String matrixUid) {
        return byIndex(BY_MATRIX, matrixUid);
    }

    @Override
    public List<Pod> scoutsOf(String matrixUid) {
        return byIndex(BY_SCOUTED, matrixUid);
    }

    @Override
    public List<Node> nodes() {
        return nodes.getStore().list();
    }

    @Override
    public Optional<Node> node(String name) {
        return get(nodes, name);
    }

    @Override
    public Optional<NodeMemory> nodeMemory(String node) {
        return get(nodeMemories, node);
    }

    @Override
    public Optional<Duration> freshFor(NodeMemory memory) {
        return freshness.freshFor(memory);
    }

    @Override
    public Optional<Lease> lane(String node) {
        return get(leases, namespace + "/" + WorkloadNames.lane(node));
    }

    @Override
    public List<Lease> lanes() {
        return leases.getStore().list();
    }

    @Override
    public Optional<RuntimeClass> runtimeClass(String name) {
        return get(runtimeClasses, name);
    }

    @Override
    public Optional<PersistentVolumeClaim> claim(String namespace, String name) {
        return get(claims, namespace + "/" + name);
    }

    @Override
    public Optional<PersistentVolume> volume(String name) {
        return get(volumes, name);
    }

    @Override
    public List<PersistentVolume> volumes() {
        return volumes.getStore().list();
    }

    @Override
    public Optional<Service> service(String namespace, String name) {
        return get(services, namespace + "/" + name);
    }

    @Override
    public List<Service> services(String namespace) {
        return all(services).stream()
                .filter(s -> namespace.equals(s.getMetadata().getNamespace()))
                .toList();
    }

    private List<Pod> byIndex(String index, String value) {
        return pods.stream().flatMap(i -> i.getIndexer().byIndex(index, value).stream()).toList();
    }

    private static <T extends HasMetadata> List<T> all(List<SharedIndexInformer<T>> informers) {
        return informers.stream().flatMap(i -> i.getStore().list().stream()).toList();
    }

    private static <T extends HasMetadata> Optional<T> get(
            List<SharedIndexInformer<T>> informers, String key) {
        return informers.stream().flatMap(i -> get(i, key).stream()).findFirst();
    }

    private static <T extends HasMetadata> Optional<T> get(
            SharedIndexInformer<T> informer, String key) {
        return Optional.ofNullable(informer.getStore().getByKey(key));
    }

    /** Whatever happens to an object, it is given as it is now. */
    private record Changes<T>(Consumer<T> change) implements ResourceEventHandler<T> {
        @Override
        public void onAdd(T object) {
            change.accept(object);
        }

        @Override
        public void onUpdate(T before, T now) {
            change.accept(now);
        }

        @Override
        public void onDelete(T object, boolean finalStateUnknown) {
            change.accept(object);
        }
    }

    @Override
    public void close() {
        informers.forEach(SharedIndexInformer::stop);
    }
}
