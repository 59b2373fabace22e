package io.brainmatrix.quickstart;

import com.marcnuri.helm.Helm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The Helm chart on one cluster. Helm's own code runs in this JVM as a native library: no helm
 * binary is needed.
 *
 * @param directory the chart's directory, or the chart packaged
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
        if (!Files.isRegularFile(directory)
                && !Files.isRegularFile(directory.resolve("Chart.yaml"))) {
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
        withKubeconfig(this::install);
    }

    /** Uninstalls the release; its pre-delete hook drains the cluster first. The CRDs stay. */
    public void uninstall() {
        withKubeconfig(
                file ->
                        Helm.uninstall(RELEASE)
                                .withNamespace(NAMESPACE)
                                .withKubeConfig(file)
                                .ignoreNotFound()
                                .call());
    }

    /**
     * Runs the installed release's own test, as {@code helm test}.
     *
     * @throws IllegalStateException with Helm's words when it fails
     */
    public void test() {
        withKubeconfig(
                file ->
                        Helm.test(RELEASE)
                                .withNamespace(NAMESPACE)
                                .withKubeConfig(file)
                                .withTimeout(READY_TIMEOUT_SECONDS)
                                .call());
    }

    private void install(Path file) {
        boolean there =
                Helm.list().withNamespace(NAMESPACE).withKubeConfig(file).call().stream()
                        .anyMatch(release -> release.getName().equals(RELEASE));
        if (there) {
            var upgrade =
                    new Helm(directory)
                            .upgrade()
                            // Without it Helm keeps the last release's where none is given.
                            .resetValues()
                            .withName(RELEASE)
                            .withNamespace(NAMESPACE)
                            .withKubeConfig(file)
                            .waitReady()
                            .withTimeout(READY_TIMEOUT_SECONDS);
            values.forEach(upgrade::set);
            upgrade.call();
        } else {
            var install =
                    new Helm(directory)
                            .install()
                            .withName(RELEASE)
                            .withNamespace(NAMESPACE)
                            .createNamespace()
                            .withKubeConfig(file)
                            .waitReady()
                            .withTimeout(READY_TIMEOUT_SECONDS);
            values.forEach(install::set);
            install.call();
        }
    }

    /** Not `upgrade --install`: its look for the release takes the environment's cluster. */
    private void withKubeconfig(Consumer<Path> action) {
        try {
            Path file = Files.createTempFile("brainmatrix", ".kubeconfig"); // its owner's alone
            try {
                Files.writeString(file, kubeconfig);
                action.accept(file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a temporary file for Helm", e);
        }
    }
}
