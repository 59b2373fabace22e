package io.brainmatrix.operator.kube;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the chart tells the operator.
 *
 * @param namespace where the operator runs and keeps the lanes' Leases
 * @param inferenceImage image of the inference pods
 * @param pullPolicy their image pull policy
 * @param modelDirectories directories that {@code model.hostPath} may be below
 * @param limits what namespaces may have
 * @param scope the namespaces that it looks after
 * @param chronicle where minds and the operator tell; empty when the chart has none
 */
public record OperatorSettings(
        String namespace,
        String inferenceImage,
        String pullPolicy,
        List<Path> modelDirectories,
        NamespaceLimits limits,
        Scope scope,
        Optional<URI> chronicle) {
    /** For all namespaces, without limits for them and without a chronicle. */
    public OperatorSettings(
            String namespace, String inferenceImage, String pullPolicy, List<Path> directories) {
        this(namespace, inferenceImage, pullPolicy, directories, NamespaceLimits.none());
    }

    /** For all namespaces, without a chronicle. */
    public OperatorSettings(
            String namespace,
            String inferenceImage,
            String pullPolicy,
            List<Path> directories,
            NamespaceLimits limits) {
        this(
                namespace,
                inferenceImage,
                pullPolicy,
                directories,
                limits,
                Scope.everywhere(),
                Optional.empty());
    }

    public OperatorSettings {
        modelDirectories = List.copyOf(modelDirectories);
        for (Path directory : modelDirectories) {
            if (!directory.isAbsolute() || directory.getNameCount() == 0) {
                throw new IllegalArgumentException(
                        "model directory `%s` must be absolute and not the root"
                                .formatted(directory));
            }
        }
    }
}
