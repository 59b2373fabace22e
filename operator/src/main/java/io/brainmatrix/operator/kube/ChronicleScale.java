package io.brainmatrix.operator.kube;

import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Map;

/**
 * Asks the chronicle's StatefulSet for one replica, by the one right that the operator has on it.
 *
 * @param namespace of the release
 * @param statefulSet its name
 */
public record ChronicleScale(KubernetesClient client, String namespace, String statefulSet)
        implements Runnable {
    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

    /**
     * One that has a replica already stays as it is.
     *
     * @throws io.fabric8.kubernetes.client.KubernetesClientException when it cannot be asked
     */
    @Override
    public void run() {
        // By name alone the client would read it first, which is another right.
        StatefulSet named =
                new StatefulSetBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName(statefulSet)
                        .endMetadata()
                        .build();
        client.apps()
                .statefulSets()
                .resource(named)
                .subresource("scale")
                .patch(MERGE, Serialization.asJson(Map.of("spec", Map.of("replicas", 1))));
    }
}
