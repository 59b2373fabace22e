package io.brainmatrix.e2e;

import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.brainmatrix.api.v1alpha1.NodeMemoryStatus;
import io.brainmatrix.quickstart.Chart;
import io.brainmatrix.quickstart.Chat;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.policy.v1.EvictionBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.LocalPortForward;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The cluster's administrator: installs and removes the chart, makes namespaces. */
final class Cluster implements AutoCloseable {
    /** The source tree, set by the build. */
    static final Path ROOT = Path.of(System.getProperty("brainmatrix.root", ".."));

    private static final String RESTRICTED = "pod-security.kubernetes.io/enforce";

    private final KubernetesClient client;
    private final Chart chart;

    private Cluster(KubernetesClient client, Chart chart) {
        this.client = client;
        this.chart = chart;
    }

    /** The cluster of {@code KUBECONFIG}; a cluster test without one fails, it is not skipped. */
    static Cluster named() {
        return named(Map.of());
    }

    /** The same, with values for the chart. */
    static Cluster named(Map<String, String> values) {
        String path =
                Objects.requireNonNull(
                        System.getenv("KUBECONFIG"), "cluster tests need KUBECONFIG");
        try {
            return of(Files.readString(Path.of(path)), values);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A cluster by the contents of a kubeconfig. */
    static Cluster of(String kubeconfig, Map<String, String> values) {
        return new Cluster(
                new KubernetesClientBuilder().withConfig(Config.fromKubeconfig(kubeconfig)).build(),
                Chart.of(ROOT, kubeconfig, values));
    }

    KubernetesClient client() {
        return client;
    }

    /** Installs the chart, or brings it up to date, into a restricted namespace. */
    void install() {
        restrictedNamespace(Chart.NAMESPACE);
        chart.install();
    }

    /** Brings the installed chart to other values. */
    void reinstall(Map<String, String> values) {
        new Chart(chart.directory(), chart.kubeconfig(), values).install();
    }

    /**
     * Brings the release to an earlier chart, packaged in src/test/previous, whose images are the
     * present ones by other names and digests.
     */
    void previous() {
        new Chart(
                        ROOT.resolve("e2e/src/test/previous/brainmatrix-0.0.9.tgz"),
                        chart.kubeconfig(),
                        Map.of())
                .install();
    }

    /** As {@code helm test}; fails when the release's own test does. */
    void check() {
        chart.test();
    }

    void uninstall() {
        chart.uninstall();
    }

    /** Makes it, after one of that name that is still going has gone. */
    void restrictedNamespace(String name) {
        Await.until(this, "the last namespace " + name + " is gone", () -> notGoing(name));
        client.resource(
                        new NamespaceBuilder()
                                .withNewMetadata()
                                .withName(name)
                                .addToLabels(RESTRICTED, "restricted")
                                .endMetadata()
                                .build())
                .serverSideApply();
    }

    private void notGoing(String name) {
        Namespace last = client.namespaces().withName(name).get();
        if (last != null && last.getMetadata().getDeletionTimestamp() != null) {
            throw new AssertionError("still there");
        }
    }

    void deleteNamespace(String name) {
        client.namespaces().withName(name).delete();
        Await.until(
                this,
                "namespace " + name + " is gone",
                () -> {
                    if (client.namespaces().withName(name).get() != null) {
                        throw new AssertionError("still there");
                    }
                });
    }

    /** The only node of a one-node cluster. */
    String node() {
        List<Node> nodes = client.nodes().list().getItems();
        if (nodes.size() != 1) {
            throw new IllegalStateException(
                    "these tests judge one lane: they need one node, not " + nodes.size());
        }
        return nodes.getFirst().getMetadata().getName();
    }

    /**
     * Changes the node by a JSON merge patch. It carries no version: the kubelet writes its node
     * whenever it likes, and a test must not fail on that.
     */
    void patchNode(String merge) {
        client.nodes().withName(node()).patch(PatchContext.of(PatchType.JSON_MERGE), merge);
    }

    /** What the only node's agent has told last. */
    NodeMemoryStatus reading() {
        return client.resources(NodeMemory.class).withName(node()).get().getStatus();
    }

    /** The node's allocatable memory in bytes. */
    long allocatable() {
        Quantity memory =
                Objects.requireNonNull(
                        client.nodes()
                                .withName(node())
                                .get()
                                .getStatus()
                                .getAllocatable()
                                .get("memory"),
                        "a kubelet always says how much memory pods may have");
        return memory.getNumericalAmount().longValueExact();
    }

    /** As {@code kubectl drain} does it, by the API. */
    void evict(Pod pod) {
        client.pods()
                .inNamespace(pod.getMetadata().getNamespace())
                .withName(pod.getMetadata().getName())
                .evict(
                        new EvictionBuilder()
                                .withNewMetadata()
                                .withName(pod.getMetadata().getName())
                                .withNamespace(pod.getMetadata().getNamespace())
                                .endMetadata()
                                .build());
    }

    /**
     * The release's pods that owners of a kind have made: a ReplicaSet, or the agents' DaemonSet.
     */
    Stream<Pod> releasePods(String ownerKind) {
        return client.pods().inNamespace(Chart.NAMESPACE).list().getItems().stream()
                .filter(
                        pod ->
                                pod.getMetadata().getOwnerReferences().stream()
                                        .anyMatch(o -> o.getKind().equals(ownerKind)));
    }

    /** The operator's pod: the only one of the release that a Deployment made. */
    @Nullable Pod operator() {
        return releasePods("ReplicaSet")
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                .findFirst()
                .orElse(null);
    }

    /** Takes the operator away and leaves the agent; returns what {@link #startOperator} needs. */
    Deployment stopOperator() {
        Deployment installed =
                client.apps()
                        .deployments()
                        .inNamespace(Chart.NAMESPACE)
                        .list()
                        .getItems()
                        .getFirst();
        scale(installed, 0);
        Await.until(
                this,
                "the operator is gone",
                () -> {
                    if (operator() != null) {
                        throw new AssertionError("still there");
                    }
                });
        return installed;
    }

    /** Brings the operator back. */
    void startOperator(Deployment installed) {
        scale(installed, 1);
        client.apps()
                .deployments()
                .resource(installed)
                .waitUntilReady(Await.AWAIT.toSeconds(), TimeUnit.SECONDS);
    }

    private void scale(Deployment deployment, int replicas) {
        client.apps().deployments().resource(deployment).scale(replicas);
    }

    /** The body of a GET to the operator's HTTP port. */
    String askOperator(String path) {
        Pod pod = Objects.requireNonNull(operator(), "no operator");
        try (LocalPortForward forward = client.pods().resource(pod).portForward(8080)) {
            return new Chat(address(forward)).get(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The pods of the release and all inference pods. */
    List<Pod> ourPods() {
        return Stream.concat(
                        client.pods().inNamespace(Chart.NAMESPACE).list().getItems().stream(),
                        client
                                .pods()
                                .inAnyNamespace()
                                .withLabel("brainmatrix.io/instance")
                                .list()
                                .getItems()
                                .stream())
                .toList();
    }

    static URI address(LocalPortForward forward) {
        return URI.create("http://127.0.0.1:" + forward.getLocalPort());
    }

    /** Time that an action takes. */
    static Duration timed(Runnable action) {
        long began = System.nanoTime();
        action.run();
        return Duration.ofNanos(System.nanoTime() - began);
    }

    @Override
    public void close() {
        client.close();
    }
}
