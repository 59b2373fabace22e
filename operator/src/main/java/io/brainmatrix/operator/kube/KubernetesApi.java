package io.brainmatrix.operator.kube;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.operator.workload.WorkloadNames;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A real API server, through the Fabric8 client. */
public final class KubernetesApi implements ClusterApi {
    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

    private final KubernetesClient client;
    private final Scope scope;

    /** Reads and writes with this client's rights, in these namespaces. */
    public KubernetesApi(KubernetesClient client, Scope scope) {
        this.client = client;
        this.scope = scope;
    }

    @Override
    public <T extends HasMetadata> Optional<T> get(
            Class<T> kind, @Nullable String namespace, String name) {
        return Optional.ofNullable(resource(kind, namespace, name).get());
    }

    @Override
    public List<Pod> podsOn(String node) {
        Map<String, String> labels =
                Map.of(
                        WorkloadNames.MANAGED_BY,
                        WorkloadNames.MANAGER,
                        WorkloadNames.NODE,
                        WorkloadNames.nodeLabel(node));
        return scope.of(client.pods()).stream()
                .flatMap(kind -> kind.withLabels(labels).list().getItems().stream())
                .toList();
    }

    @Override
    public List<Pod> podsIn(String namespace) {
        return client.pods()
                .inNamespace(namespace)
                .withLabel(WorkloadNames.MANAGED_BY, WorkloadNames.MANAGER)
                .list()
                .getItems();
    }

    @Override
    public <T> Supplier<T> ahead(Supplier<T> call) {
        FutureTask<T> task = new FutureTask<>(call::get);
        Thread.ofVirtual().name("ahead").start(task);
        return () -> ClusterApi.answer(task);
    }

    @Override
    public List<Lease> lanes(String namespace) {
        return client.leases()
                .inNamespace(namespace)
                .withLabel(WorkloadNames.MANAGED_BY, WorkloadNames.MANAGER)
                .list()
                .getItems();
    }

    @Override
    public List<Event> events(Pod pod) {
        return client.v1()
                .events()
                .inNamespace(pod.getMetadata().getNamespace())
                .withField("involvedObject.uid", pod.getMetadata().getUid())
                .list()
                .getItems();
    }

    @Override
    public void create(HasMetadata object) {
        client.resource(object).create();
    }

    @Override
    public void update(HasMetadata object) {
        client.resource(object).update(); // carries the version that was read
    }

    @Override
    public BrainMatrix updateStatus(BrainMatrix matrix) {
        return client.resource(matrix).updateStatus();
    }

    @Override
    public void merge(
            Class<? extends HasMetadata> kind,
            @Nullable String namespace,
            String name,
            Map<String, Object> fields) {
        resource(kind, namespace, name).patch(MERGE, Serialization.asJson(fields));
    }

    @Override
    public void delete(HasMetadata seen) {
        HasMetadata present =
                get(
                                seen.getClass(),
                                seen.getMetadata().getNamespace(),
                                seen.getMetadata().getName())
                        .orElse(null);
        boolean same =
                present != null
                        && Objects.equals(
                                present.getMetadata().getUid(), seen.getMetadata().getUid());
        if (same) {
            resource(
                            seen.getClass(),
                            seen.getMetadata().getNamespace(),
                            seen.getMetadata().getName())
                    .delete();
        }
    }

    @Override
    public void deleteUnchanged(HasMetadata seen) {
        try {
            client.resource(seen)
                    .lockResourceVersion(seen.getMetadata().getResourceVersion())
                    .delete();
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT
                    && e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
                throw e;
            }
        }
    }

    private <T extends HasMetadata> Resource<T> resource(
            Class<T> kind, @Nullable String namespace, String name) {
        return namespace == null
                ? client.resources(kind).withName(name)
                : client.resources(kind).inNamespace(namespace).withName(name);
    }
}
