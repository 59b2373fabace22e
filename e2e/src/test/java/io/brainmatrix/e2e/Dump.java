package io.brainmatrix.e2e;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.brainmatrix.quickstart.Chart;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;

/** What the cluster looked like when something did not come true. */
final class Dump {
    private static final Path DIRECTORY = Path.of("target/e2e-dumps");
    private static final int LOG_LINES = 200;

    /** An assertion message that can still be read. */
    private static final int MESSAGE_CHARS = 6_000;

    private Dump() {}

    /** Writes objects, Events and logs below target/e2e-dumps and returns the beginning of them. */
    static String of(Cluster cluster, String what) {
        StringBuilder text = new StringBuilder();
        var client = cluster.client();
        section(
                text,
                "matrices",
                client.resources(BrainMatrix.class).inAnyNamespace().list().getItems());
        section(text, "node memory", client.resources(NodeMemory.class).list().getItems());
        section(text, "leases", client.leases().inNamespace(Chart.NAMESPACE).list().getItems());
        text.append("--- events\n");
        client.v1().events().inAnyNamespace().list().getItems().stream()
                .map(
                        e ->
                                "%s %s/%s %s: %s%n"
                                        .formatted(
                                                e.getLastTimestamp(),
                                                e.getInvolvedObject().getNamespace(),
                                                e.getInvolvedObject().getName(),
                                                e.getReason(),
                                                e.getMessage()))
                .sorted()
                .forEach(text::append);
        for (Pod pod : cluster.ourPods()) {
            text.append("--- pod ").append(pod.getMetadata().getName()).append('\n');
            text.append(Serialization.asYaml(pod.getStatus())).append(log(cluster, pod));
        }
        return keep(what, text.toString());
    }

    private static void section(
            StringBuilder text, String name, Collection<? extends HasMetadata> items) {
        text.append("--- ").append(name).append('\n');
        items.forEach(item -> item.getMetadata().setManagedFields(null));
        text.append(items.stream().map(Serialization::asYaml).collect(Collectors.joining()));
    }

    private static String log(Cluster cluster, Pod pod) {
        try {
            return cluster.client().pods().resource(pod).tailingLines(LOG_LINES).getLog();
        } catch (KubernetesClientException e) {
            return "no log: " + e.getMessage() + "\n";
        }
    }

    private static String keep(String what, String text) {
        String name = what.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-") + ".txt";
        try {
            Files.createDirectories(DIRECTORY);
            Path file = Files.writeString(DIRECTORY.resolve(name), text);
            return "all of it in %s%n%s"
                    .formatted(
                            file.toAbsolutePath(),
                            text.substring(0, Math.min(text.length(), MESSAGE_CHARS)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
