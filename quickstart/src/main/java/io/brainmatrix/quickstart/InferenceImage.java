package io.brainmatrix.quickstart;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;

/** The inference image that the installed operator uses. */
public final class InferenceImage {
    /** The operator's environment variable with the image of the pods it makes. */
    private static final String VARIABLE = "BRAINMATRIX_INFERENCE_IMAGE";

    private InferenceImage() {}

    /** Read from the operator's Deployment: the chart's values may name another one. */
    public static String of(KubernetesClient client, String namespace) {
        return client.apps().deployments().inNamespace(namespace).list().getItems().stream()
                .flatMap(d -> d.getSpec().getTemplate().getSpec().getContainers().stream())
                .map(Container::getEnv)
                .flatMap(List::stream)
                .filter(variable -> VARIABLE.equals(variable.getName()))
                .map(EnvVar::getValue)
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalStateException(
                                        "no Deployment in `%s` sets %s"
                                                .formatted(namespace, VARIABLE)));
    }
}
