package io.brainmatrix.agent;

import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.brainmatrix.api.v1alpha1.NodeMemorySpec;
import io.brainmatrix.api.v1alpha1.NodeMemoryStatus;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.AnyNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import io.fabric8.kubernetes.client.informers.cache.ReducedStateItemStore;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** This node's NodeMemory and its inference pods in the API. */
final class Publisher implements NodeApi {
    private static final String MATRIX = "brainmatrix.io/matrix";

    private final KubernetesClient client;
    private final String node;
    private final SharedIndexInformer<NodeMemory> own;
    private final List<SharedIndexInformer<Pod>> pods;

    /**
     * For one node.
     *
     * @param namespaces whose inference pods are asked; empty for all of the cluster
     */
    Publisher(KubernetesClient client, String node, List<String> namespaces) {
        this.client = client;
        this.node = node;
        own = client.resources(NodeMemory.class).withName(node).runnableInformer(0);
        pods =
                namespaces.isEmpty()
                        ? List.of(informer(client.pods().inAnyNamespace()))
                        : namespaces.stream()
                                .map(name -> informer(client.pods().inNamespace(name)))
                                .toList();
        // By itself an informer gives up for good when its first list fails, and the agent would
        // never see its spec or its pods.
        own.exceptionHandler((started, failure) -> true);
        pods.forEach(informer -> informer.exceptionHandler((started, failure) -> true));
    }

    private SharedIndexInformer<Pod> informer(
            AnyNamespaceOperation<Pod, PodList, PodResource> where) {
        return where.withLabel(MATRIX)
                .withField("spec.nodeName", node)
                .runnableInformer(0)
                .itemStore(addresses(client));
    }

    /** Of each pod what a question needs: whole ones of a full node would fill the small heap. */
    private static ItemStore<Pod> addresses(KubernetesClient client) {
        return new ReducedStateItemStore<>(
                ReducedStateItemStore.NAME_KEY_STATE,
                Pod.class,
                client.getKubernetesSerialization(),
                "metadata.uid",
                "status.phase",
                "status.podIP");
    }

    @Override
    public void start() {
        own.start();
        pods.forEach(SharedIndexInformer::start);
    }

    @Override
    public Optional<NodeMemorySpec> asked() {
        return Optional.ofNullable(own.getStore().getByKey(node)).map(NodeMemory::getSpec);
    }

    @Override
    public List<Pod> pods() {
        return pods.stream().flatMap(informer -> informer.getStore().list().stream()).toList();
    }

    @Override
    public @Nullable String reserveAnnotation() {
        Node present = client.nodes().withName(node).get();
        return present == null || present.getMetadata().getAnnotations() == null
                ? null
                : present.getMetadata().getAnnotations().get(Reserve.ANNOTATION);
    }

    @Override
    public void publish(NodeMemoryStatus status) {
        NodeMemory memory = new NodeMemory();
        memory.setMetadata(new ObjectMetaBuilder().withName(node).build());
        memory.setStatus(status);
        try {
            apply(memory);
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
                throw e;
            }
            NodeMemory created = new NodeMemory();
            created.setMetadata(new ObjectMetaBuilder().withName(node).build());
            client.resource(created).create();
            apply(memory);
        }
    }

    /** Server-side apply: this manager owns the status, so a field left out is removed. */
    private void apply(NodeMemory memory) {
        client.resource(memory)
                .subresource("status")
                .patch(
                        new PatchContext.Builder()
                                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                                .withFieldManager("brainmatrix-agent")
                                .withForce(true)
                                .build());
    }
}
