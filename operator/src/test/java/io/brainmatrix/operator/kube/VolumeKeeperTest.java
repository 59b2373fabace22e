package io.brainmatrix.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.operator.workload.ModelVolume;
import io.brainmatrix.operator.workload.ModelVolumes;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A matrix that is made anew finds what an earlier one of its name has left in the cache. */
class VolumeKeeperTest {
    private static final ModelVolume.HostDirectory DIRECTORY =
            new ModelVolume.HostDirectory("/models", "m.gguf", "volume", "claim");

    private final List<String> calls = new ArrayList<>();
    private Optional<PersistentVolumeClaim> claim = Optional.empty();
    private Optional<PersistentVolume> volume = Optional.empty();

    private static BrainMatrix matrix(String uid) {
        return Serialization.unmarshal(
                """
                apiVersion: brainmatrix.io/v1alpha1
                kind: BrainMatrix
                metadata: {name: jar, namespace: brains, uid: %s}
                spec: {instances: [{name: one, budget: {ram: 1Gi}}]}
                """
                        .formatted(uid),
                BrainMatrix.class);
    }

    private static PersistentVolumeClaim claim(String matrixUid, String uid, String phase) {
        return new PersistentVolumeClaimBuilder(ModelVolumes.claim(matrix(matrixUid), DIRECTORY))
                .editMetadata()
                .withUid(uid)
                .endMetadata()
                .withNewStatus()
                .withPhase(phase)
                .endStatus()
                .build();
    }

    private boolean pass(String matrixUid) {
        ClassLoader loader = VolumeKeeperTest.class.getClassLoader();
        ClusterApi api =
                (ClusterApi)
                        Proxy.newProxyInstance(
                                loader,
                                new Class<?>[] {ClusterApi.class},
                                (proxy, method, arguments) -> {
                                    calls.add(
                                            method.getName()
                                                    + " "
                                                    + ((HasMetadata) arguments[0]).getKind());
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
                                            case "volume" -> volume;
                                            default -> throw new AssertionError(method);
                                        });
        return new VolumeKeeper(api, view).volumes(matrix(matrixUid), List.of(DIRECTORY));
    }

    @Test
    void theClaimIsMadeBeforeItsVolume() {
        assertThat(pass("new")).isFalse();
        claim = Optional.of(claim("new", "c1", "Pending"));
        assertThat(pass("new")).isFalse();

        assertThat(calls)
                .containsExactly("create PersistentVolumeClaim", "create PersistentVolume");
    }

    @Test
    void aClaimOfAnEarlierMatrixOfThatNameIsNotTakenForItsOwn() {
        claim = Optional.of(claim("old", "c0", "Bound"));

        assertThat(pass("new")).isFalse();
        assertThat(calls).containsExactly("create PersistentVolumeClaim");
    }

    @Test
    void aVolumeThatWasMadeForAnotherClaimGoes() {
        volume = Optional.of(ModelVolumes.volume(matrix("new"), DIRECTORY, "c0"));
        claim = Optional.of(claim("new", "c1", "Pending"));

        assertThat(pass("new")).isFalse();
        assertThat(calls).containsExactly("delete PersistentVolume");
    }

    @Test
    void nothingIsDoneOnceAllIsBound() {
        volume = Optional.of(ModelVolumes.volume(matrix("new"), DIRECTORY, "c1"));
        claim = Optional.of(claim("new", "c1", "Bound"));

        assertThat(pass("new")).isTrue();
        assertThat(calls).isEmpty();
    }
}
