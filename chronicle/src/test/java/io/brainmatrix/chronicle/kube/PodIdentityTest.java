package io.brainmatrix.chronicle.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.chronicle.access.Caller;
import io.brainmatrix.chronicle.entry.Origin;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PodIdentityTest {
    private static final String MATRIX =
            """
            apiVersion: brainmatrix.io/v1alpha1
            kind: BrainMatrix
            metadata: {name: glass-jar, namespace: brains, uid: uid-1}
            spec:
              instances:
              - {name: subject, budget: {ram: 1Gi}}
              - {name: god, budget: {ram: 1Gi}, watches: [subject]}
            status:
              instances:
              - {name: subject, lives: 3}
              - {name: god, lives: 1}
              - {name: gone, lives: 2}
            """;

    private final BrainMatrix matrix = Serialization.unmarshal(MATRIX, BrainMatrix.class);

    private static Pod pod(String name, String owner) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withUid("pod-1")
                .withNamespace("brains")
                .addToLabels("brainmatrix.io/instance", "god")
                .addToLabels("brainmatrix.io/matrix", "glass-jar")
                .addNewOwnerReference()
                .withApiVersion("brainmatrix.io/v1alpha1")
                .withKind("BrainMatrix")
                .withName("glass-jar")
                .withUid(owner)
                .withController(true)
                .endOwnerReference()
                .endMetadata()
                .build();
    }

    private Caller caller(Pod pod) {
        OwnerReference owner = PodIdentity.owner(pod).orElseThrow();
        return PodIdentity.of("user", "pod-1", pod, owner, matrix);
    }

    @Test
    void thePodOfThePresentLifeIsItsInstance() {
        assertThat(caller(pod("glass-jar-subject-3", "uid-1")))
                .isEqualTo(
                        new Caller.Instance(
                                new Origin("brains", "glass-jar", "uid-1", "subject"),
                                3,
                                Set.of()));
        assertThat(caller(pod("glass-jar-god-1", "uid-1")))
                .isEqualTo(
                        new Caller.Instance(
                                new Origin("brains", "glass-jar", "uid-1", "god"),
                                1,
                                Set.of("subject")));
    }

    @Test
    void forgedLabelsAndOwnersMakeNobodyAnInstance() {
        // Each pod here is labelled as god and says to be owned by the matrix.
        for (String name :
                new String[] {
                    "anything",
                    "glass-jar-subject-2",
                    "glass-jar-subject-4",
                    "glass-jar-god-2",
                    "glass-jar-gone-2",
                    "glass-jar-god-",
                    "glass-jar-god-1x"
                }) {
            assertThat(caller(pod(name, "uid-1"))).as(name).isInstanceOf(Caller.Stranger.class);
        }
    }

    @Test
    void aMatrixMadeAnewIsAnother() {
        assertThat(caller(pod("glass-jar-god-1", "uid-0"))).isInstanceOf(Caller.Stranger.class);
        Pod pod = pod("glass-jar-god-1", "uid-1");
        assertThat(PodIdentity.of("user", "pod-1", pod, PodIdentity.owner(pod).orElseThrow(), null))
                .isInstanceOf(Caller.Stranger.class);
    }

    @Test
    void aTokenOfAnEarlierPodOfThatNameIsNobodys() {
        Pod pod = pod("glass-jar-god-1", "uid-1");
        assertThat(
                        PodIdentity.of(
                                "user", "pod-0", pod, PodIdentity.owner(pod).orElseThrow(), matrix))
                .isInstanceOf(Caller.Stranger.class);
    }

    @Test
    void otherPodsHaveNoMatrix() {
        Pod pod = pod("x", "uid-1");
        pod.getMetadata().getOwnerReferences().getFirst().setController(false);
        assertThat(PodIdentity.owner(pod)).isEqualTo(Optional.empty());
        pod.getMetadata().getOwnerReferences().getFirst().setController(true);
        pod.getMetadata().getOwnerReferences().getFirst().setApiVersion("apps/v1");
        assertThat(PodIdentity.owner(pod)).isEqualTo(Optional.empty());
    }
}
