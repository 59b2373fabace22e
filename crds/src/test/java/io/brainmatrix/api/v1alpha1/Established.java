package io.brainmatrix.api.v1alpha1;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import org.jspecify.annotations.Nullable;

/** Whether an API server serves a definition already. */
final class Established {
    private Established() {}

    /**
     * Whether the API server has said that it serves the definition. For an instant after its
     * creation it tells a status whose conditions are {@code null}, not an empty list.
     */
    static boolean established(@Nullable CustomResourceDefinition found) {
        return found != null
                && found.getStatus() != null
                && found.getStatus().getConditions() != null
                && found.getStatus().getConditions().stream()
                        .anyMatch(
                                condition ->
                                        condition.getType().equals("Established")
                                                && condition.getStatus().equals("True"));
    }
}
