package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.InstanceStatus;
import io.brainmatrix.api.v1alpha1.Phase;
import io.brainmatrix.api.v1alpha1.Reason;
import io.brainmatrix.quickstart.Chat;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.LocalPortForward;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/** Somebody who applies matrices in a restricted namespace and talks to their instances. */
final class ClusterUser implements AutoCloseable {
    private static final Duration GONE_WITHIN = Duration.ofSeconds(10);

    private final Cluster cluster;
    private final String namespace;

    /** A user with a namespace of their own, which is removed at the end. */
    ClusterUser(Cluster cluster, String namespace) {
        this.cluster = cluster;
        this.namespace = namespace;
        cluster.restrictedNamespace(namespace);
    }

    String namespace() {
        return namespace;
    }

    /** As {@code kubectl apply}: the whole object, also to change one. */
    void apply(Matrix matrix) {
        BrainMatrix wanted = Serialization.unmarshal(matrix.yaml(namespace), BrainMatrix.class);
        cluster.client().resource(wanted).forceConflicts().serverSideApply();
    }

    /** As {@code kubectl patch --type merge}. */
    void patch(String matrix, String json) {
        cluster.client()
                .resources(BrainMatrix.class)
                .inNamespace(namespace)
                .withName(matrix)
                .patch(PatchContext.of(PatchType.JSON_MERGE), json);
    }

    void delete(String matrix) {
        cluster.client()
                .resources(BrainMatrix.class)
                .inNamespace(namespace)
                .withName(matrix)
                .delete();
    }

    Optional<BrainMatrix> matrix(String name) {
        return Optional.ofNullable(
                cluster.client()
                        .resources(BrainMatrix.class)
                        .inNamespace(namespace)
                        .withName(name)
                        .get());
    }

    InstanceStatus status(String matrix, String instance) {
        return matrix(matrix)
                .map(BrainMatrix::getStatus)
                .flatMap(
                        s ->
                                s.instances().stream()
                                        .filter(i -> i.name().equals(instance))
                                        .findFirst())
                .orElseThrow(() -> new AssertionError("no status of " + instance));
    }

    void awaitReady(String matrix, String... instances) {
        Await.until(
                cluster,
                matrix + " " + String.join(",", instances) + " ready",
                () -> {
                    for (String instance : instances) {
                        assertThat(status(matrix, instance))
                                .extracting(InstanceStatus::phase)
                                .as(instance)
                                .isEqualTo(Phase.Ready);
                    }
                });
    }

    /**
     * A chain model's answer through the Service: a Ready pod is in its rules a moment later than
     * in its own status.
     */
    void awaitAnswer(String matrix, String instance) {
        Await.until(
                cluster,
                instance + " answers through its Service",
                () ->
                        assertThat(service(matrix, instance).complete("the quick", 1))
                                .isEqualTo(" brown"));
    }

    void awaitReason(String matrix, String instance, Reason reason) {
        Await.until(
                cluster,
                matrix + " " + instance + " says " + reason,
                () -> assertThat(status(matrix, instance).reason()).isEqualTo(reason));
    }

    long deaths(String matrix, String instance) {
        var crashes = status(matrix, instance).crashes();
        return crashes == null ? 0 : Objects.requireNonNullElse(crashes.total(), 0L);
    }

    Pod pod(String name) {
        return Objects.requireNonNull(
                cluster.client().pods().inNamespace(namespace).withName(name).get(),
                "no pod " + name);
    }

    Pod podOf(String matrix, String instance) {
        return pod(Objects.requireNonNull(status(matrix, instance).pod(), "no pod in the status"));
    }

    List<Pod> pods() {
        return cluster.client().pods().inNamespace(namespace).list().getItems();
    }

    /** What was told in the namespace, of whatever object. */
    List<Event> events() {
        return cluster.client().v1().events().inNamespace(namespace).list().getItems();
    }

    /** Talks to an instance through its Service's pod. */
    <T> T talk(String matrix, String instance, Function<Chat, T> conversation) {
        try (LocalPortForward forward =
                cluster.client()
                        .services()
                        .inNamespace(namespace)
                        .withName(matrix + "-" + instance)
                        .portForward(8080)) {
            return conversation.apply(new Chat(Cluster.address(forward)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The Service itself, by its cluster address: only a node can dial it. */
    Chat service(String matrix, String instance) {
        var service =
                cluster.client()
                        .services()
                        .inNamespace(namespace)
                        .withName(matrix + "-" + instance)
                        .get();
        return new Chat(
                URI.create(
                        "http://%s:%d"
                                .formatted(
                                        service.getSpec().getClusterIP(),
                                        service.getSpec().getPorts().getFirst().getPort())));
    }

    /**
     * Until nobody's memory and no claim is left; the empty namespace goes by itself, which takes
     * Kubernetes some seconds that no test needs to wait for.
     */
    @Override
    public void close() {
        var matrices = cluster.client().resources(BrainMatrix.class).inNamespace(namespace);
        matrices.delete();
        Await.orGoOn(GONE_WITHIN, () -> pods().isEmpty() && matrices.list().getItems().isEmpty());
        cluster.client().namespaces().withName(namespace).delete();
    }
}
