package io.brainmatrix.quickstart;

import com.marcnuri.helm.Helm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The Helm chart on one cluster. Helm's own code runs in this JVM as a native library: no helm
 * binary is needed.
 *
 * @param directory the chart's directory
 * @param kubeconfig contents of a kubeconfig file
 * @param values dotted names of values that differ from the chart's
 */
public record Chart(Path directory, String kubeconfig, Map<String, String> values) {
    public static final String RELEASE = "brainmatrix";

    /** Where the operator and its Leases live. */
    public static final String NAMESPACE = "brainmatrix-system";

    /** Longer than a node with slow flash needs to start two small JVMs. */
    private static final int READY_TIMEOUT_SECONDS = 180;

    public Chart {
        values = Map.copyOf(values);
        if (!Files.isRegularFile(directory.resolve("Chart.yaml"))) {
            throw new IllegalArgumentException("no chart in `%s`".formatted(directory));
        }
    }

    /** The chart of the source tree below a root. */
    public static Chart of(Path root, String kubeconfig, Map<String, String> values) {
        return new Chart(root.resolve("helm/brainmatrix"), kubeconfig, values);
    }

    /**
     * Installs the release, or brings an installed one up to date; returns once its pods are ready.
     *
     * @throws IllegalStateException with Helm's words
     */
    public void install() {
        var upgrade =
                new Helm(directory)
                        .upgrade()
                        .withName(RELEASE)
                        .withNamespace(NAMESPACE)
                        .withKubeConfigContents(kubeconfig)
                        .install()
                        .waitReady()
                        .withTimeout(READY_TIMEOUT_SECONDS);
        values.forEach(upgrade::set);
        upgrade.call();
    }

    /** Uninstalls the release; its pre-delete hook drains the cluster first. The CRDs stay. */
    public void uninstall() {
        Helm.uninstall(RELEASE)
                .withNamespace(NAMESPACE)
                .withKubeConfigContents(kubeconfig)
                .ignoreNotFound()
                .call();
    }
}
