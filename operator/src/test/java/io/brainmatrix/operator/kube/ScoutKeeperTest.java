package io.brainmatrix.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.operator.matrix.ScoutStep;
import io.brainmatrix.operator.matrix.ScoutView;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ScoutKeeperTest {
    private static final ScoutStep SEND = new ScoutStep.Send("one", 2, "edge", Optional.empty());

    private final List<String> calls = new ArrayList<>();
    private final List<Pod> made = new ArrayList<>();
    private Optional<PersistentVolumeClaim> claim = Optional.empty();
    private List<Pod> scouts = List.of();

    /** The API server's answer to a creation; 0 for yes. */
    private int answer;

    private final ScoutKeeper keeper = keeper();

    private static BrainMatrix matrix(String model) {
        return Serialization.unmarshal(
                """
                apiVersion: brainmatrix.io/v1alpha1
                kind: BrainMatrix
                metadata: {name: jar, namespace: brains, uid: uid}
                spec: {model: %s, instances: [{name: one, budget: {ram: 1Gi}}]}
                """
                        .formatted(model),
                BrainMatrix.class);
    }

    private static BrainMatrix onNode() {
        return matrix("{hostPath: /models/m.gguf}");
    }

    private ScoutKeeper keeper() {
        ClassLoader loader = ScoutKeeperTest.class.getClassLoader();
        ClusterApi api =
                (ClusterApi)
                        Proxy.newProxyInstance(
                                loader,
                                new Class<?>[] {ClusterApi.class},
                                (proxy, method, arguments) -> {
                                    HasMetadata object = (HasMetadata) arguments[0];
                                    calls.add(
                                            method.getName()
                                                    + " "
                                                    + object.getMetadata().getName());
                                    if (method.getName().equals("create") && answer != 0) {
                                        throw new KubernetesClientException(
                                                "no",
                                                answer,
                                                new StatusBuilder().withMessage("no").build());
                                    }
                                    if (method.getName().equals("create")) {
                                        made.add((Pod) object);
                                    }
                                    return null;
                                });
        ClusterView view =
                (ClusterView)
                        Proxy.newProxyInstance(
                                loader,
                                new Class<?>[] {ClusterView.class},
                                (proxy, method, arguments) ->
                                        switch (method.getName()) {
                                            case "claim" -> claim;
                                            case "scoutsOf" -> scouts;
                                            default -> throw new AssertionError(method);
                                        });
        OperatorSettings settings =
                new OperatorSettings("system", "image", "Never", List.of(Path.of("/models")));
        Clock clock = Clock.fixed(Instant.parse("2026-01-01T12:00:00Z"), ZoneOffset.UTC);
        return new ScoutKeeper(
                api, view, new NodeReader(view, settings, clock, p -> List.of()), settings);
    }

    @Test
    void whatIsSentIsReadBack() {
        keeper.take(onNode(), SEND);
        Pod found =
                new PodBuilder(made.getFirst())
                        .editMetadata()
                        .withUid("scout-uid")
                        .endMetadata()
                        .withNewStatus()
                        .withPhase("Succeeded")
                        .endStatus()
                        .build();
        scouts = List.of(found);

        ClusterView view = view(found);
        assertThat(ScoutKeeper.of(view, onNode()))
                .containsExactly(
                        new ScoutView(
                                "jar-one-2-scout", "scout-uid", "one", 2, "edge", false, true));
        assertThat(ScoutKeeper.matrixUidOf(found)).contains("uid");
        assertThat(PodReader.matrixUidOf(found)).as("it is no life").isEmpty();
        assertThat(PodReader.nodeOf(found)).as("its node is charged").contains("edge");
    }

    private static ClusterView view(Pod scout) {
        return (ClusterView)
                Proxy.newProxyInstance(
                        ScoutKeeperTest.class.getClassLoader(),
                        new Class<?>[] {ClusterView.class},
                        (proxy, method, arguments) -> List.of(scout));
    }

    @Test
    void oneThatIsRefusedIsNotAskedForAgainUntilAnotherLifeHasLooked() {
        answer = 403;
        keeper.take(onNode(), SEND);
        keeper.take(onNode(), SEND);
        assertThat(calls).containsExactly("create jar-one-2-scout");

        keeper.take(onNode(), new ScoutStep.Send("one", 3, "edge", Optional.empty()));
        assertThat(calls).endsWith("create jar-one-3-scout").hasSize(2);
    }

    @Test
    void oneThatIsThereAlreadyIsNoFailureAndAnUndecidedAnswerIsOne() {
        answer = 409;
        keeper.take(onNode(), SEND);
        answer = 500;
        assertThatThrownBy(() -> keeper.take(onNode(), SEND))
                .isInstanceOf(KubernetesClientException.class);
    }

    @Test
    void aClaimThatOnePodAloneMayHaveIsLeftToTheLife() {
        BrainMatrix matrix = matrix("{persistentVolumeClaim: {claimName: models, path: m.gguf}}");
        claim = Optional.of(claim("ReadWriteOncePod"));
        keeper.take(matrix, SEND);
        assertThat(made).isEmpty();

        claim = Optional.of(claim("ReadWriteOnce"));
        keeper.take(matrix, SEND);
        assertThat(made).hasSize(1);
    }

    private static PersistentVolumeClaim claim(String mode) {
        return new PersistentVolumeClaimBuilder()
                .withNewSpec()
                .withAccessModes(mode)
                .endSpec()
                .build();
    }

    @Test
    void aMatrixThatGoesCallsItsScoutsBackAndNobodyElsesPod() {
        keeper.take(onNode(), SEND);
        Pod elsewhere =
                new PodBuilder(made.getFirst())
                        .editMetadata()
                        .withName("elsewhere")
                        .withNamespace("others")
                        .endMetadata()
                        .build();
        Pod annotated =
                new PodBuilder(made.getFirst())
                        .editMetadata()
                        .withName("annotated")
                        .withOwnerReferences()
                        .endMetadata()
                        .build();
        scouts = List.of(made.getFirst(), elsewhere, annotated);
        calls.clear();

        keeper.recallAll(onNode());

        assertThat(calls).containsExactly("delete jar-one-2-scout");
    }
}
