package io.brainmatrix.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.operator.workload.WorkloadNames;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which namespaces are seen; all else is shown on a real API server. */
@EnableKubernetesMockClient(crud = true)
class ClusterCacheTest {
    private static final Map<String, String> OURS =
            Map.of(WorkloadNames.MANAGED_BY, WorkloadNames.MANAGER, WorkloadNames.NODE, "edge");

    @SuppressWarnings("NullAway.Init") // the extension sets it
    static KubernetesClient client;

    @AfterEach
    void clear() {
        client.pods().inAnyNamespace().delete();
        client.services().inAnyNamespace().delete();
        client.persistentVolumeClaims().inAnyNamespace().delete();
        client.resources(BrainMatrix.class).inAnyNamespace().delete();
    }

    private static Pod pod(String namespace) {
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName("jar-one-1")
                .withLabels(OURS)
                .endMetadata()
                .withNewSpec()
                .withNodeName("edge")
                .endSpec()
                .build();
    }

    private static void occupy(String namespace) {
        BrainMatrix matrix = new BrainMatrix();
        matrix.getMetadata().setNamespace(namespace);
        matrix.getMetadata().setName("jar");
        client.resource(matrix).create();
        client.resource(pod(namespace)).create();
        client.resource(
                        new ServiceBuilder()
                                .withNewMetadata()
                                .withNamespace(namespace)
                                .withName("jar-one")
                                .withLabels(OURS)
                                .endMetadata()
                                .build())
                .create();
        client.resource(
                        new PersistentVolumeClaimBuilder()
                                .withNewMetadata()
                                .withNamespace(namespace)
                                .withName("models")
                                .endMetadata()
                                .build())
                .create();
    }

    private static List<String> namespaces(List<? extends HasMetadata> objects) {
        return objects.stream().map(o -> o.getMetadata().getNamespace()).sorted().toList();
    }

    @Test
    void ofOtherNamespacesThanThoseNamedNothingIsKnown() {
        List.of("brains", "minds", "others").forEach(ClusterCacheTest::occupy);
        Scope scope = Scope.parse("brains, minds");
        Set<String> told = ConcurrentHashMap.newKeySet();
        try (ClusterCache cache = new ClusterCache(client, "system", scope, System::nanoTime)) {
            cache.listen(o -> told.add(o.getKind() + " " + o.getMetadata().getNamespace()));
            cache.start();

            assertThat(namespaces(cache.matrices())).containsExactly("brains", "minds");
            assertThat(namespaces(cache.podsOn("edge"))).containsExactly("brains", "minds");
            assertThat(cache.matrix("minds", "jar")).isPresent();
            assertThat(cache.matrix("others", "jar")).isEmpty();
            assertThat(cache.service("minds", "jar-one")).isPresent();
            assertThat(cache.services("others")).isEmpty();
            assertThat(cache.claim("brains", "models")).isPresent();
            assertThat(cache.claim("others", "models")).isEmpty();

            client.pods().inAnyNamespace().delete();

            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(cache.podsOn("edge")).isEmpty());
            assertThat(told).contains("Pod brains", "Pod minds").doesNotContain("Pod others");
        }
    }

    @Test
    void podsOfANodeAreReadInTheNamespacesNamed() {
        List.of("brains", "minds", "others").forEach(ClusterCacheTest::occupy);

        assertThat(
                        namespaces(
                                new KubernetesApi(client, Scope.parse("minds,brains"))
                                        .podsOn("edge")))
                .containsExactly("brains", "minds");
        assertThat(namespaces(new KubernetesApi(client, Scope.everywhere()).podsOn("edge")))
                .containsExactly("brains", "minds", "others");
    }

    /** Of several watches each may lag behind by itself: then the cache vouches for nobody. */
    @Test
    void onlyOneWatchTellsInOrder() {
        assertThat(Scope.everywhere().hasOneWatch()).isTrue();
        assertThat(Scope.parse("brains,brains").hasOneWatch()).isTrue();
        assertThat(Scope.parse("brains,minds").hasOneWatch()).isFalse();
    }
}
