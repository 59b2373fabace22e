package io.brainmatrix.simulation;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The API server: versions, conflicts, finalizers, deletion. Stored objects are never changed, a
 * write stores another one, so that a cache may hold the old.
 */
final class PaperServer {
    /** One write, as a watch tells of it. */
    record Change(
            Class<?> kind, String key, @Nullable HasMetadata before, @Nullable HasMetadata after) {}

    /** Is told of each write. */
    interface Watcher {
        void changed(Change change);
    }

    private final VirtualTime time;
    private final Map<Class<?>, Map<String, HasMetadata>> objects = new HashMap<>();
    private final List<Watcher> watchers = new ArrayList<>();
    private long version = 1;
    private long uids = 1;

    PaperServer(VirtualTime time) {
        this.time = time;
    }

    void watch(Watcher watcher) {
        watchers.add(watcher);
    }

    static String key(@Nullable String namespace, String name) {
        return namespace == null ? name : namespace + "/" + name;
    }

    static String key(HasMetadata object) {
        return key(object.getMetadata().getNamespace(), object.getMetadata().getName());
    }

    @SuppressWarnings("unchecked") // stored under its own class
    <T extends HasMetadata> Optional<T> get(
            Class<T> kind, @Nullable String namespace, String name) {
        return Optional.ofNullable((T) of(kind).get(key(namespace, name)));
    }

    @SuppressWarnings("unchecked")
    <T extends HasMetadata> List<T> list(Class<T> kind) {
        return (List<T>) new ArrayList<>(of(kind).values());
    }

    private Map<String, HasMetadata> of(Class<?> kind) {
        return objects.computeIfAbsent(kind, k -> new LinkedHashMap<>());
    }

    void create(HasMetadata object) {
        String key = key(object);
        if (of(object.getClass()).containsKey(key)) {
            throw failure(409, object.getKind() + " " + key + " already exists");
        }
        object.setMetadata(
                new ObjectMetaBuilder(object.getMetadata())
                        .withUid("uid-" + uids++)
                        .withGeneration(1L)
                        .withCreationTimestamp(
                                time.instant()
                                        .truncatedTo(java.time.temporal.ChronoUnit.SECONDS)
                                        .toString())
                        .build());
        store(null, object);
    }

    /** Replaces an object of exactly the version in its metadata. */
    void update(HasMetadata object) {
        HasMetadata present = require(object);
        checkVersion(object, present);
        store(present, object);
    }

    /** Changes whatever is there now, as a component with patches does. */
    @SuppressWarnings("unchecked")
    <T extends HasMetadata> void edit(Class<T> kind, String key, UnaryOperator<T> change) {
        T present = (T) of(kind).get(key);
        if (present != null) {
            store(present, change.apply(present));
        }
    }

    BrainMatrix updateStatus(BrainMatrix matrix) {
        BrainMatrix present = (BrainMatrix) require(matrix);
        checkVersion(matrix, present);
        BrainMatrix stored = copy(present);
        stored.setStatus(matrix.getStatus());
        return (BrainMatrix) store(present, stored);
    }

    void delete(Class<? extends HasMetadata> kind, String key, @Nullable String uid) {
        HasMetadata present = of(kind).get(key);
        if (present == null || (uid != null && !uid.equals(present.getMetadata().getUid()))) {
            return;
        }
        boolean waits =
                !present.getMetadata().getFinalizers().isEmpty()
                        || (present instanceof Pod pod && kubeletMustEnd(pod));
        if (!waits) {
            remove(present);
        } else if (present.getMetadata().getDeletionTimestamp() == null) {
            store(
                    present,
                    withMeta(
                            present, meta -> meta.setDeletionTimestamp(time.instant().toString())));
        }
    }

    /** Takes an object away whatever holds it, as a forced deletion does. */
    void remove(HasMetadata present) {
        of(present.getClass()).remove(key(present));
        tell(new Change(present.getClass(), key(present), present, null));
    }

    private static boolean kubeletMustEnd(Pod pod) {
        boolean bound = pod.getSpec() != null && pod.getSpec().getNodeName() != null;
        String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
        return bound && !"Failed".equals(phase) && !"Succeeded".equals(phase);
    }

    private HasMetadata require(HasMetadata object) {
        HasMetadata present = of(object.getClass()).get(key(object));
        if (present == null) {
            throw failure(404, object.getKind() + " " + key(object) + " not found");
        }
        return present;
    }

    private static void checkVersion(HasMetadata object, HasMetadata present) {
        String seen = object.getMetadata().getResourceVersion();
        if (seen != null && !seen.equals(present.getMetadata().getResourceVersion())) {
            throw failure(409, "the object has been modified");
        }
    }

    private HasMetadata store(@Nullable HasMetadata before, HasMetadata after) {
        ObjectMeta meta = new ObjectMetaBuilder(after.getMetadata()).build();
        meta.setResourceVersion(Long.toString(version++));
        if (before != null) {
            meta.setUid(before.getMetadata().getUid());
            meta.setCreationTimestamp(before.getMetadata().getCreationTimestamp());
        }
        HasMetadata stored = shallow(after);
        stored.setMetadata(meta);
        of(stored.getClass()).put(key(stored), stored);
        tell(new Change(stored.getClass(), key(stored), before, stored));
        boolean over =
                meta.getDeletionTimestamp() != null
                        && meta.getFinalizers().isEmpty()
                        && !(stored instanceof Pod pod && kubeletMustEnd(pod));
        if (over) {
            remove(stored);
        }
        return stored;
    }

    private void tell(Change change) {
        watchers.forEach(w -> w.changed(change));
    }

    /** The same object with changed metadata. */
    static <T extends HasMetadata> T withMeta(
            T object, java.util.function.Consumer<ObjectMeta> change) {
        T changed = shallow(object);
        ObjectMeta meta = new ObjectMetaBuilder(object.getMetadata()).build();
        change.accept(meta);
        changed.setMetadata(meta);
        return changed;
    }

    static BrainMatrix copy(BrainMatrix matrix) {
        return shallow(matrix);
    }

    @SuppressWarnings("unchecked") // each branch makes the class it was given
    static <T extends HasMetadata> T shallow(T object) {
        HasMetadata copy =
                switch (object) {
                    case Pod pod -> {
                        Pod other = new Pod();
                        other.setSpec(pod.getSpec());
                        other.setStatus(pod.getStatus());
                        yield other;
                    }
                    case BrainMatrix matrix -> {
                        BrainMatrix other = new BrainMatrix();
                        other.setSpec(matrix.getSpec());
                        other.setStatus(matrix.getStatus());
                        yield other;
                    }
                    case NodeMemory memory -> {
                        NodeMemory other = new NodeMemory();
                        other.setSpec(memory.getSpec());
                        other.setStatus(memory.getStatus());
                        yield other;
                    }
                    case io.fabric8.kubernetes.api.model.Node node -> {
                        var other = new io.fabric8.kubernetes.api.model.Node();
                        other.setSpec(node.getSpec());
                        other.setStatus(node.getStatus());
                        yield other;
                    }
                    case io.fabric8.kubernetes.api.model.coordination.v1.Lease lease -> {
                        var other = new io.fabric8.kubernetes.api.model.coordination.v1.Lease();
                        other.setSpec(lease.getSpec());
                        yield other;
                    }
                    case io.fabric8.kubernetes.api.model.PersistentVolumeClaim claim -> {
                        var other = new io.fabric8.kubernetes.api.model.PersistentVolumeClaim();
                        other.setSpec(claim.getSpec());
                        other.setStatus(claim.getStatus());
                        yield other;
                    }
                    case io.fabric8.kubernetes.api.model.PersistentVolume volume -> {
                        var other = new io.fabric8.kubernetes.api.model.PersistentVolume();
                        other.setSpec(volume.getSpec());
                        other.setStatus(volume.getStatus());
                        yield other;
                    }
                    case io.fabric8.kubernetes.api.model.Service service -> {
                        var other = new io.fabric8.kubernetes.api.model.Service();
                        other.setSpec(service.getSpec());
                        yield other;
                    }
                    default -> throw new IllegalArgumentException(object.getKind());
                };
        copy.setMetadata(object.getMetadata());
        return (T) copy;
    }

    static KubernetesClientException failure(int code, String message) {
        return new KubernetesClientException(
                message,
                code,
                new io.fabric8.kubernetes.api.model.StatusBuilder()
                        .withCode(code)
                        .withMessage(message)
                        .build());
    }

    static boolean same(@Nullable HasMetadata a, HasMetadata b) {
        return a != null && Objects.equals(a.getMetadata().getUid(), b.getMetadata().getUid());
    }
}
