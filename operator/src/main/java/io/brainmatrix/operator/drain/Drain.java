package io.brainmatrix.operator.drain;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.EndClass;
import io.brainmatrix.operator.kube.Scope;
import io.brainmatrix.operator.leader.LeaseLeadership;
import io.brainmatrix.operator.workload.WorkloadNames;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.KubernetesClientTimeoutException;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Stops the operator and all instances, then removes finalizers, volumes, Services and lanes. The
 * BrainMatrix objects stay, and so do the counts in their status. Safe to repeat.
 */
public final class Drain {
    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

    /** The operator's own grace period, and some. */
    private static final Duration OPERATOR = Duration.ofSeconds(40);

    /**
     * All inference pods together: their grace period of 20 s many times over, and well within the
     * hook's own deadline.
     */
    private static final Duration PODS = Duration.ofMinutes(2);

    private final KubernetesClient client;
    private final String namespace;
    private final Scope scope;
    private final Duration within;

    /**
     * Gives all inference pods together as long to end; touches nothing in other namespaces than
     * those of the scope.
     */
    Drain(KubernetesClient client, String namespace, Scope scope, Duration within) {
        this.client = client;
        this.namespace = namespace;
        this.scope = scope;
        this.within = within;
    }

    /**
     * Runs the hook: {@code --deployment NAME}, the namespace in BRAINMATRIX_NAMESPACE, those that
     * the operator looked after in BRAINMATRIX_WATCH_NAMESPACES. Exit code 0, or 2 for wrong
     * arguments.
     */
    public static void main(String[] arguments) {
        String namespace = System.getenv("BRAINMATRIX_NAMESPACE");
        if (namespace == null || arguments.length != 2 || !arguments[0].equals("--deployment")) {
            System.err.println("usage: BRAINMATRIX_NAMESPACE=NAMESPACE drain --deployment NAME");
            System.exit(2);
            return;
        }
        try (KubernetesClient client = new KubernetesClientBuilder().build()) {
            String watched = System.getenv("BRAINMATRIX_WATCH_NAMESPACES");
            new Drain(client, namespace, Scope.parse(watched == null ? "" : watched), PODS)
                    .run(arguments[1]);
        }
        System.exit(0);
    }

    void run(String deployment) {
        boolean wasThere = scaleToNone(deployment);
        Map<String, Pod> pods = new LinkedHashMap<>();
        stopAll(pods); // one that hangs takes all of its grace, beside the operator's end
        if (wasThere) {
            awaitNoOperator();
            say("stopped deployment %s".formatted(deployment));
        }
        stopAll(pods); // also what the operator let in again until its end
        long deadline = System.nanoTime() + within.toNanos();
        long forced = pods.values().stream().filter(pod -> !finish(pod, deadline)).count();
        scope.of(client.resources(BrainMatrix.class))
                .forEach(kind -> kind.list().getItems().forEach(this::release));
        remove(ours(client.services()));
        remove(ours(client.persistentVolumeClaims()));
        remove(
                client
                        .persistentVolumes()
                        .withLabel(WorkloadNames.MANAGED_BY, WorkloadNames.MANAGER)
                        .list()
                        .getItems()
                        .stream()
                        .filter(this::isInScope)
                        .toList());
        remove(
                client.leases()
                        .inNamespace(namespace)
                        .withLabel(WorkloadNames.MANAGED_BY, WorkloadNames.MANAGER)
                        .list()
                        .getItems());
        client.leases().inNamespace(namespace).withName(LeaseLeadership.LEASE).delete();
        say(
                "drained: %d pods stopped, %d of them by force because they did not end within %d s"
                        .formatted(pods.size(), forced, within.toSeconds()));
    }

    /** What the operator made of a kind. */
    private <T extends HasMetadata, L extends KubernetesResourceList<T>, R extends Resource<T>>
            List<T> ours(MixedOperation<T, L, R> kind) {
        return scope.of(kind).stream()
                .flatMap(
                        in ->
                                in
                                        .withLabel(WorkloadNames.MANAGED_BY, WorkloadNames.MANAGER)
                                        .list()
                                        .getItems()
                                        .stream())
                .toList();
    }

    /** A volume lies in no namespace, but it was made for a claim that does. */
    private boolean isInScope(PersistentVolume volume) {
        ObjectReference claim = volume.getSpec() == null ? null : volume.getSpec().getClaimRef();
        return scope.namespaces().isEmpty() || (claim != null && scope.has(claim.getNamespace()));
    }

    /** Whether there is such a Deployment. */
    private boolean scaleToNone(String name) {
        var deployment = client.apps().deployments().inNamespace(namespace).withName(name);
        if (deployment.get() == null) {
            say("no deployment %s".formatted(name));
            return false;
        }
        deployment.patch(MERGE, Serialization.asJson(Map.of("spec", Map.of("replicas", 0))));
        return true;
    }

    /**
     * Its pods are watched, not the Deployment: watching one by name is a right that nothing else
     * here needs.
     */
    private void awaitNoOperator() {
        try {
            client.pods()
                    .inNamespace(namespace)
                    .withLabel("app.kubernetes.io/part-of", WorkloadNames.MANAGER)
                    .withLabel("app.kubernetes.io/component", "operator")
                    .informOnCondition(List::isEmpty)
                    .get(OPERATOR.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the operator ended", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(
                    "the operator did not end within %d s".formatted(OPERATOR.toSeconds()), e);
        }
    }

    /** Stops all that are there, and adds them by namespace and name. */
    private void stopAll(Map<String, Pod> stopped) {
        for (Pod pod : ours(client.pods())) {
            stop(pod);
            stopped.put(named(pod), pod);
        }
    }

    private static String named(Pod pod) {
        return pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName();
    }

    private void stop(Pod pod) {
        patch(
                pod,
                Map.of(
                        "metadata",
                        Map.of(
                                "annotations",
                                Map.of(WorkloadNames.STOPPING, EndClass.Stopped.name()))));
        client.resource(pod).delete();
    }

    /** Waits for a pod's end and lets go of it; false when it had to be removed by force. */
    private boolean finish(Pod pod, long deadline) {
        String name = named(pod);
        var present =
                client.pods()
                        .inNamespace(pod.getMetadata().getNamespace())
                        .withName(pod.getMetadata().getName());
        boolean ended = true;
        try {
            present.waitUntilCondition(
                    Drain::hasEnded,
                    Math.max(1, deadline - System.nanoTime()),
                    TimeUnit.NANOSECONDS);
        } catch (KubernetesClientTimeoutException e) {
            ended = false;
        }
        letGo(pod, WorkloadNames.POD_FINALIZER);
        if (!ended) {
            // Its kubelet does not answer: nobody else would ever take it away.
            present.withGracePeriod(0).delete();
        }
        say((ended ? "stopped pod " : "removed by force pod ") + name);
        return ended;
    }

    private static boolean hasEnded(Pod pod) {
        return pod == null
                || pod.getSpec().getNodeName() == null
                || List.of("Failed", "Succeeded").contains(pod.getStatus().getPhase());
    }

    private void release(BrainMatrix matrix) {
        if (matrix.getFinalizers().contains(WorkloadNames.MATRIX_FINALIZER)) {
            letGo(matrix, WorkloadNames.MATRIX_FINALIZER);
            say(
                    "released brainmatrix %s/%s, it stays"
                            .formatted(
                                    matrix.getMetadata().getNamespace(),
                                    matrix.getMetadata().getName()));
        }
    }

    /** Takes off our finalizer only: what others hold an object for is theirs to finish. */
    private <T extends HasMetadata> void letGo(T object, String finalizer) {
        unlessGone(
                () -> {
                    T present = client.resource(object).get();
                    if (present != null) {
                        client.resource(present).edit(o -> without(o, finalizer));
                    }
                });
    }

    private static <T extends HasMetadata> T without(T object, String finalizer) {
        object.getMetadata()
                .setFinalizers(
                        object.getFinalizers().stream().filter(f -> !f.equals(finalizer)).toList());
        return object;
    }

    private void remove(List<? extends HasMetadata> objects) {
        for (HasMetadata object : objects) {
            client.resource(object).delete();
            say("removed %s %s".formatted(object.getKind(), object.getMetadata().getName()));
        }
    }

    private void patch(HasMetadata object, Map<String, Object> change) {
        unlessGone(() -> client.resource(object).patch(MERGE, Serialization.asJson(change)));
    }

    private static void unlessGone(Runnable change) {
        try {
            change.run();
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
                throw e;
            }
        }
    }

    private static void say(String line) {
        System.out.println(line);
    }
}
