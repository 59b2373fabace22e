package io.brainmatrix.simulation;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.brainmatrix.operator.admission.SerialAdmission;
import io.brainmatrix.operator.kube.Desks;
import io.brainmatrix.operator.kube.OperatorSettings;
import io.brainmatrix.operator.workload.WorkloadNames;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One operator process: the real desks, triggered as the Java Operator SDK triggers them. One pass
 * per key at a time; passes over different keys may overlap; a failed one is tried again.
 */
final class PaperOperator {
    /** Where the operator keeps its Leases. */
    static final String NAMESPACE = "brainmatrix-system";

    private static final long BACKSTOP = 60_000;

    private final World world;
    private final String name;
    private final PaperCache cache;
    private final Desks desks;
    private final Map<String, Long> due = new HashMap<>();
    private final Set<String> running = new HashSet<>();
    private final Set<String> again = new HashSet<>();
    private boolean alive = true;

    PaperOperator(World world, String name) {
        this.world = world;
        this.name = name;
        cache = new PaperCache(world, NAMESPACE, this::changed);
        PaperApi api = new PaperApi(world, this);
        desks =
                Desks.of(
                        api,
                        cache,
                        new OperatorSettings(
                                NAMESPACE,
                                "inference",
                                "IfNotPresent",
                                List.of(Path.of("/models")),
                                world.limits()),
                        new SerialAdmission(),
                        world.time.clock());
        world.time.note(name + ": starts");
        cache.matrices().forEach(m -> soon("matrix " + PaperServer.key(m)));
        cache.nodes().forEach(n -> soon("node " + n.getMetadata().getName()));
    }

    String name() {
        return name;
    }

    PaperCache cache() {
        return cache;
    }

    boolean alive() {
        return alive;
    }

    void die() {
        if (alive) {
            world.time.note(name + ": dies");
            alive = false;
            cache.stop();
        }
    }

    void mustLive() {
        if (!alive) {
            throw new PaperApi.Crash();
        }
    }

    private void changed(HasMetadata object) {
        if (object instanceof NodeMemory memory) {
            soon("node " + memory.getMetadata().getName());
        }
        if (object instanceof BrainMatrix matrix) {
            soon("matrix " + PaperServer.key(matrix));
        }
        desks.nodes().nodesOf(object).forEach(node -> soon("node " + node));
        desks.matrices()
                .matricesOf(object)
                .forEach(matrix -> soon("matrix " + PaperServer.key(matrix)));
    }

    private void soon(String key) {
        at(key, world.time.between(0, 5));
    }

    /** A pass is due; an earlier one that is due already covers it. */
    private void at(String key, long delay) {
        long when = world.time.now() + delay;
        Long present = due.get(key);
        if (present != null && present <= when) {
            return;
        }
        due.put(key, when);
        world.time.in(
                delay,
                () -> {
                    if (alive && due.getOrDefault(key, -1L) == when) {
                        due.remove(key);
                        pass(key);
                    }
                });
    }

    private void pass(String key) {
        if (!running.add(key)) {
            again.add(key);
            return;
        }
        try {
            work(key).ifPresent(delay -> at(key, Math.max(1, VirtualTime.millis(delay))));
        } catch (KubernetesClientException e) {
            at(key, world.time.between(100, 2_000));
        } catch (PaperApi.Crash e) {
            return;
        } finally {
            running.remove(key);
        }
        if (again.remove(key)) {
            soon(key);
        }
    }

    private Optional<Duration> work(String key) {
        String object = key.substring(key.indexOf(' ') + 1);
        if (key.startsWith("node ")) {
            if (cache.nodeMemory(object).isEmpty()) {
                return Optional.empty();
            }
            at(key, BACKSTOP);
            return desks.nodes().work(object);
        }
        String[] parts = object.split("/");
        Optional<BrainMatrix> matrix = cache.matrix(parts[0], parts[1]);
        if (matrix.isEmpty()) {
            return Optional.empty();
        }
        at(key, BACKSTOP);
        boolean marked =
                matrix.get().getMetadata().getFinalizers().contains(WorkloadNames.MATRIX_FINALIZER);
        boolean going = matrix.get().getMetadata().getDeletionTimestamp() != null;
        if (going && marked) {
            boolean gone = desks.matrices().remove(matrix.get());
            if (gone) {
                finalizers(matrix.get(), List.of());
            }
            return gone ? Optional.empty() : Optional.of(Duration.ofSeconds(2));
        }
        if (!going && !marked) {
            finalizers(matrix.get(), List.of(WorkloadNames.MATRIX_FINALIZER));
            return Optional.empty();
        }
        return going ? Optional.empty() : desks.matrices().work(matrix.get());
    }

    /** What the SDK does by itself around a reconciler with a cleaner. */
    private void finalizers(BrainMatrix matrix, List<String> finalizers) {
        world.server.edit(
                BrainMatrix.class,
                PaperServer.key(matrix),
                m ->
                        PaperServer.same(matrix, m)
                                ? PaperServer.withMeta(m, meta -> meta.setFinalizers(finalizers))
                                : m);
    }
}
