package io.brainmatrix.operator.drain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.operator.kube.Scope;
import io.brainmatrix.operator.workload.WorkloadNames;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@EnableKubernetesMockClient(crud = true)
class DrainTest {
    private static final String SYSTEM = "system";
    private static final String USER = "edge";
    private static final String OPERATOR = "brainmatrix-operator";
    private static final String FOREIGN = "example.com/backup";
    private static final Map<String, String> OURS =
            Map.of(WorkloadNames.MANAGED_BY, WorkloadNames.MANAGER);

    /** No kubelet ends a pod here: who still runs then is removed by force. */
    private static final Duration SHORT = Duration.ofMillis(200);

    @SuppressWarnings("NullAway.Init") // the extension sets it
    static KubernetesClient client;

    @BeforeEach
    void anInstalledRelease() {
        create(
                new DeploymentBuilder()
                        .withNewMetadata()
                        .withName(OPERATOR)
                        .withNamespace(SYSTEM)
                        .endMetadata()
                        .withNewSpec()
                        .withReplicas(1)
                        .endSpec()
                        .build(),
                matrix(WorkloadNames.MATRIX_FINALIZER, FOREIGN),
                new ServiceBuilder()
                        .withNewMetadata()
                        .withName("trio-one")
                        .withNamespace(USER)
                        .withLabels(OURS)
                        .endMetadata()
                        .build(),
                new PersistentVolumeBuilder()
                        .withNewMetadata()
                        .withName("trio-models")
                        .withLabels(OURS)
                        .endMetadata()
                        .withNewSpec()
                        .withNewClaimRef()
                        .withNamespace(USER)
                        .withName("trio-models")
                        .endClaimRef()
                        .endSpec()
                        .build(),
                new PersistentVolumeClaimBuilder()
                        .withNewMetadata()
                        .withName("trio-models")
                        .withNamespace(USER)
                        .withLabels(OURS)
                        .endMetadata()
                        .build(),
                new LeaseBuilder()
                        .withNewMetadata()
                        .withName("lane-node")
                        .withNamespace(SYSTEM)
                        .withLabels(OURS)
                        .endMetadata()
                        .build());
    }

    @AfterEach
    void clear() {
        client.pods().inAnyNamespace().list().getItems().forEach(DrainTest::discard);
        client.resources(BrainMatrix.class)
                .inAnyNamespace()
                .list()
                .getItems()
                .forEach(DrainTest::discard);
        client.apps().deployments().inNamespace(SYSTEM).delete();
        client.configMaps().inNamespace(USER).delete();
        client.services().inNamespace(USER).delete();
        client.persistentVolumes().delete();
        client.persistentVolumeClaims().inNamespace(USER).delete();
        client.leases().inNamespace(SYSTEM).delete();
    }

    @Test
    void takesAwayWhatNobodyElseWouldAndLeavesWhatIsThePeoples() {
        create(
                ended(WorkloadNames.POD_FINALIZER),
                new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName("settings")
                        .withNamespace(USER)
                        .endMetadata()
                        .build());

        drain();

        assertThat(
                        client.apps()
                                .deployments()
                                .inNamespace(SYSTEM)
                                .withName(OPERATOR)
                                .get()
                                .getSpec()
                                .getReplicas())
                .isZero();
        assertThat(pods()).isEmpty();
        assertThat(client.services().inNamespace(USER).list().getItems()).isEmpty();
        assertThat(client.persistentVolumes().list().getItems()).isEmpty();
        assertThat(client.persistentVolumeClaims().inNamespace(USER).list().getItems()).isEmpty();
        assertThat(client.leases().inNamespace(SYSTEM).list().getItems()).isEmpty();
        assertThat(client.configMaps().inNamespace(USER).list().getItems()).hasSize(1);
        assertThat(client.resources(BrainMatrix.class).inNamespace(USER).withName("trio").get())
                .isNotNull();
    }

    @Test
    void letsGoOfItsOwnFinalizersOnly() {
        create(ended(WorkloadNames.POD_FINALIZER, FOREIGN));

        drain();

        assertThat(pods())
                .singleElement()
                .satisfies(
                        pod ->
                                assertThat(pod.getMetadata().getFinalizers())
                                        .containsExactly(FOREIGN));
        assertThat(
                        client.resources(BrainMatrix.class)
                                .inNamespace(USER)
                                .withName("trio")
                                .get()
                                .getFinalizers())
                .containsExactly(FOREIGN);
    }

    @Test
    void aPodThatDoesNotEndHoldsNobodyUp() {
        Pod hung = ended(WorkloadNames.POD_FINALIZER);
        hung.getStatus().setPhase("Running");
        create(hung);

        drain();

        assertThat(pods()).isEmpty();
        assertThat(client.leases().inNamespace(SYSTEM).list().getItems()).isEmpty();
    }

    /** What hangs takes all of its grace, which is not to begin after the operator's. */
    @Test
    void stopsPodsBesideTheOperatorAndThoseThatItLetsInUntilItsEnd() {
        Pod operator = operatorPod();
        create(operator, ended());
        CompletableFuture<Void> drained = CompletableFuture.runAsync(DrainTest::drain);
        await().untilAsserted(() -> assertThat(pods()).isEmpty());
        assertThat(drained).isNotDone();

        Pod another = ended();
        another.getMetadata().setName("trio-one-2");
        create(another);
        client.resource(operator).delete();

        assertThat(drained).succeedsWithin(Duration.ofSeconds(10));
        assertThat(pods()).isEmpty();
    }

    private static Pod operatorPod() {
        return new PodBuilder()
                .withNewMetadata()
                .withName(OPERATOR)
                .withNamespace(SYSTEM)
                .addToLabels("app.kubernetes.io/part-of", WorkloadNames.MANAGER)
                .addToLabels("app.kubernetes.io/component", "operator")
                .endMetadata()
                .build();
    }

    @Test
    void mayBeRepeated() {
        drain();
        drain();

        assertThat(client.resources(BrainMatrix.class).inNamespace(USER).withName("trio").get())
                .isNotNull();
    }

    @Test
    void touchesNothingInNamespacesThatTheOperatorDidNotLookAfter() {
        create(ended(WorkloadNames.POD_FINALIZER));

        new Drain(client, SYSTEM, Scope.parse("others"), SHORT).run(OPERATOR);

        assertThat(pods()).hasSize(1);
        assertThat(client.services().inNamespace(USER).list().getItems()).hasSize(1);
        assertThat(client.persistentVolumes().list().getItems()).hasSize(1);
        assertThat(client.persistentVolumeClaims().inNamespace(USER).list().getItems()).hasSize(1);
        assertThat(client.leases().inNamespace(SYSTEM).list().getItems()).isEmpty();

        new Drain(client, SYSTEM, Scope.parse("others, " + USER), SHORT).run(OPERATOR);

        assertThat(pods()).isEmpty();
        assertThat(client.services().inNamespace(USER).list().getItems()).isEmpty();
        assertThat(client.persistentVolumes().list().getItems()).isEmpty();
        assertThat(client.persistentVolumeClaims().inNamespace(USER).list().getItems()).isEmpty();
    }

    private static void drain() {
        new Drain(client, SYSTEM, Scope.everywhere(), SHORT).run(OPERATOR);
    }

    private static List<Pod> pods() {
        return client.pods().inNamespace(USER).list().getItems();
    }

    private static BrainMatrix matrix(String... finalizers) {
        BrainMatrix matrix = new BrainMatrix();
        matrix.getMetadata().setName("trio");
        matrix.getMetadata().setNamespace(USER);
        matrix.getMetadata().setFinalizers(List.of(finalizers));
        return matrix;
    }

    private static Pod ended(String... finalizers) {
        return new PodBuilder()
                .withNewMetadata()
                .withName("trio-one-1")
                .withNamespace(USER)
                .withLabels(OURS)
                .withFinalizers(finalizers)
                .endMetadata()
                .withNewSpec()
                .withNodeName("node")
                .endSpec()
                .withNewStatus()
                .withPhase("Failed")
                .endStatus()
                .build();
    }

    private static void create(HasMetadata... objects) {
        Stream.of(objects).forEach(object -> client.resource(object).create());
    }

    private static void discard(HasMetadata object) {
        client.resource(object)
                .edit(
                        o -> {
                            o.getMetadata().setFinalizers(List.of());
                            return o;
                        });
        client.resource(object).delete();
    }
}
