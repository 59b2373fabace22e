package io.brainmatrix.simulation;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.brainmatrix.api.v1alpha1.NodeMemorySpec;
import io.brainmatrix.operator.kube.ClusterApi;
import io.brainmatrix.operator.workload.WorkloadNames;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One operator's way to the API server. Between any two calls the world goes on; a call may fail,
 * its answer may be lost, and the operator may die before it or after it.
 */
final class PaperApi implements ClusterApi {
    /** The operator's process dies here. */
    static final class Crash extends Error {
        private static final long serialVersionUID = 1L;

        Crash() {
            super("the operator dies", null, false, false);
        }
    }

    private final World world;
    private final PaperOperator owner;

    PaperApi(World world, PaperOperator owner) {
        this.world = world;
        this.owner = owner;
    }

    private void before() {
        owner.mustLive();
        world.goOn();
        owner.mustLive();
        if (world.faults.strikes(0.003)) {
            owner.die();
            throw new Crash();
        }
        if (world.faults.strikes(0.005)) {
            throw PaperServer.failure(500, "the server is not itself");
        }
    }

    private void after(String what) {
        world.time.note(owner.name() + ": " + what);
        if (world.faults.strikes(0.004)) {
            owner.die();
            throw new Crash();
        }
        if (world.faults.strikes(0.004)) {
            throw PaperServer.failure(0, "no answer came");
        }
    }

    @Override
    public <T extends HasMetadata> Optional<T> get(
            Class<T> kind, @Nullable String namespace, String name) {
        before();
        return world.server.get(kind, namespace, name);
    }

    @Override
    public List<Pod> podsOn(String node) {
        before();
        return world.server.list(Pod.class).stream()
                .filter(Pods::ours)
                .filter(
                        p ->
                                WorkloadNames.nodeLabel(node)
                                        .equals(
                                                p.getMetadata()
                                                        .getLabels()
                                                        .get(WorkloadNames.NODE)))
                .toList();
    }

    @Override
    public List<Pod> podsIn(String namespace) {
        before();
        return world.server.list(Pod.class).stream()
                .filter(Pods::ours)
                .filter(p -> namespace.equals(p.getMetadata().getNamespace()))
                .toList();
    }

    /**
     * Happens at the first moment that is allowed, or at the last; once, however often asked for.
     */
    @Override
    public <T> Supplier<T> ahead(Supplier<T> call) {
        if (world.time.chance(0.5)) {
            return once(call);
        }
        try {
            T answer = call.get();
            return () -> answer;
        } catch (KubernetesClientException e) {
            return () -> {
                throw e;
            };
        }
    }

    private static <T> Supplier<T> once(Supplier<T> call) {
        FutureTask<T> task = new FutureTask<>(call::get);
        return () -> {
            task.run(); // does nothing the second time
            return ClusterApi.answer(task);
        };
    }

    @Override
    public List<Lease> lanes(String namespace) {
        before();
        return world.server.list(Lease.class);
    }

    @Override
    public List<Event> events(Pod pod) {
        before();
        PaperNode.Process process = world.process(pod.getMetadata().getUid());
        if (process != null && process.mountFails) {
            return List.of(event("FailedMount", "hostPath type check failed"));
        }
        return process != null && process.endedByKubelet
                ? List.of(event("Killing", "Stopping container"))
                : List.of();
    }

    private static Event event(String reason, String message) {
        return new EventBuilder().withReason(reason).withMessage(message).build();
    }

    @Override
    public void create(HasMetadata object) {
        before();
        if (object instanceof Event) {
            return; // told to people, read by nobody
        }
        if (object instanceof Pod pod && world.faults.strikes(0.02)) {
            throw PaperServer.failure(
                    403, "pods \"%s\" is forbidden: exceeded quota".formatted(name(pod)));
        }
        world.server.create(PaperServer.shallow(object));
        after("creates " + object.getKind() + " " + PaperServer.key(object));
    }

    @Override
    public void update(HasMetadata object) {
        before();
        if (world.faults.strikes(0.2)) {
            late(object);
            throw new Crash();
        }
        world.server.update(object);
        after("updates " + object.getKind() + " " + PaperServer.key(object) + World.detail(object));
    }

    /** The operator dies with its request under way; it arrives when another one is at work. */
    private void late(HasMetadata object) {
        owner.die();
        world.time.in(
                world.time.between(50, 15_000),
                () -> {
                    try {
                        world.server.update(object);
                        world.time.note(
                                "late from " + owner.name() + ": updates " + World.detail(object));
                    } catch (KubernetesClientException e) {
                        world.time.note("late from " + owner.name() + ": refused");
                    }
                });
    }

    @Override
    public BrainMatrix updateStatus(BrainMatrix matrix) {
        before();
        BrainMatrix written = world.server.updateStatus(matrix);
        after("status of " + PaperServer.key(matrix) + World.detail(matrix));
        return written;
    }

    @Override
    @SuppressWarnings("unchecked") // the shapes that the operator's own code makes
    public void merge(
            Class<? extends HasMetadata> kind,
            @Nullable String namespace,
            String name,
            Map<String, Object> fields) {
        before();
        HasMetadata present =
                world.server
                        .get(kind, namespace, name)
                        .orElseThrow(() -> PaperServer.failure(404, name + " not found"));
        Map<String, Object> wanted =
                (Map<String, Object>) fields.getOrDefault("metadata", Map.of());
        Object uid = wanted.get("uid");
        if (uid != null && !uid.equals(present.getMetadata().getUid())) {
            throw PaperServer.failure(409, "another object of that name");
        }
        Object version = wanted.get("resourceVersion");
        if (version != null && !version.equals(present.getMetadata().getResourceVersion())) {
            throw PaperServer.failure(409, "the object has been modified");
        }
        edit(kind, PaperServer.key(namespace, name), fields, wanted);
        after("patches " + name + " " + fields);
    }

    private <T extends HasMetadata> void edit(
            Class<T> kind, String key, Map<String, Object> fields, Map<String, Object> wanted) {
        world.server.edit(kind, key, object -> merged(object, fields, wanted));
    }

    private static <T extends HasMetadata> T merged(
            T object, Map<String, Object> fields, Map<String, Object> wanted) {
        T copy =
                PaperServer.withMeta(
                        object,
                        meta -> {
                            if (wanted.get("annotations") instanceof Map<?, ?> more) {
                                Map<String, String> all =
                                        new HashMap<>(
                                                meta.getAnnotations() == null
                                                        ? Map.of()
                                                        : meta.getAnnotations());
                                more.forEach(
                                        (k, v) -> {
                                            if (v == null) {
                                                all.remove(k.toString());
                                            } else {
                                                all.put(k.toString(), v.toString());
                                            }
                                        });
                                meta.setAnnotations(all);
                            }
                            if (wanted.get("finalizers") instanceof List<?> left) {
                                meta.setFinalizers(left.stream().map(Object::toString).toList());
                            }
                        });
        if (copy instanceof NodeMemory memory
                && fields.get("spec") instanceof NodeMemorySpec asked) {
            memory.setSpec(asked);
        }
        return copy;
    }

    @Override
    public void delete(HasMetadata seen) {
        before();
        world.server.delete(seen.getClass(), PaperServer.key(seen), seen.getMetadata().getUid());
        after("deletes " + seen.getKind() + " " + PaperServer.key(seen));
    }

    @Override
    public void deleteUnchanged(HasMetadata seen) {
        before();
        Optional<? extends HasMetadata> present =
                world.server.get(
                        seen.getClass(),
                        seen.getMetadata().getNamespace(),
                        seen.getMetadata().getName());
        boolean same =
                present.isPresent()
                        && present.get()
                                .getMetadata()
                                .getResourceVersion()
                                .equals(seen.getMetadata().getResourceVersion());
        if (same) {
            world.server.remove(present.get());
            after("removes " + seen.getKind() + " " + PaperServer.key(seen));
        }
    }

    private static String name(HasMetadata object) {
        return object.getMetadata().getName();
    }
}
