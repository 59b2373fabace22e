package io.brainmatrix.operator.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ScoutPodTest {
    private final Pod pod = pod(Optional.empty());

    private static Pod pod(Optional<Instant> wrongUntil) {
        return ScoutPod.desired(
                new ScoutPod.Request(
                        Serialization.unmarshal(
                                """
                                    apiVersion: brainmatrix.io/v1alpha1
                                    kind: BrainMatrix
                                    metadata: {name: glass-jar, namespace: brains, uid: uid}
                                    spec:
                                      placement: {tolerations: [{key: edge, operator: Exists}]}
                                      instances: [{name: subject, budget: {ram: 512Mi}}]
                                    """,
                                BrainMatrix.class),
                        "subject",
                        3,
                        "edge",
                        wrongUntil,
                        new ModelVolume.HostDirectory(
                                "/models", "deep/chain.gguf", "volume", "claim"),
                        "image",
                        "IfNotPresent"));
    }

    @Test
    void isToldSinceWhenAFileWasWrong() {
        assertThat(
                        pod(Optional.of(Instant.parse("2026-01-01T12:00:00Z")))
                                .getSpec()
                                .getContainers()
                                .getFirst()
                                .getEnv())
                .anySatisfy(
                        e -> {
                            assertThat(e.getName()).isEqualTo("BRAINMATRIX_SCOUT_SINCE");
                            assertThat(e.getValue()).isEqualTo("2026-01-01T12:00:00Z");
                        });
    }

    @Test
    void isNobodysLife() {
        assertThat(pod.getMetadata().getLabels())
                .doesNotContainKeys(
                        WorkloadNames.MATRIX,
                        WorkloadNames.INSTANCE,
                        WorkloadNames.LIFE,
                        WorkloadNames.NODE);
        assertThat(pod.getMetadata().getAnnotations())
                .doesNotContainKeys(WorkloadNames.MATRIX_UID, WorkloadNames.SPEC_HASH);
        assertThat(pod.getMetadata().getFinalizers()).isEmpty();
        assertThat(pod.getMetadata().getName())
                .as("a life's name ends with a number, whatever the instance is called")
                .isEqualTo("glass-jar-subject-3-scout");
    }

    @Test
    void seesTheFileWhereTheLifeWouldAndNothingElse() {
        assertThat(pod.getSpec().getVolumes())
                .singleElement()
                .satisfies(
                        v -> {
                            assertThat(v.getHostPath()).isNull();
                            assertThat(v.getPersistentVolumeClaim().getClaimName())
                                    .isEqualTo("claim");
                            assertThat(v.getPersistentVolumeClaim().getReadOnly()).isTrue();
                        });
        var container = pod.getSpec().getContainers().getFirst();
        assertThat(container.getEnv())
                .filteredOn(e -> !e.getName().equals("_JAVA_OPTIONS"))
                .singleElement()
                .satisfies(
                        e -> {
                            assertThat(e.getName()).isEqualTo("BRAINMATRIX_SCOUT");
                            assertThat(e.getValue()).isEqualTo("/models/deep/chain.gguf");
                        });
        assertThat(container.getPorts()).isEmpty();
        assertThat(pod.getSpec().getTolerations()).hasSize(1);
        assertThat(Serialization.asJson(pod.getSpec().getAffinity())).contains("\"edge\"");
    }

    @Test
    void keepsToTheRestrictedProfileAndToWhatItIsCharged() {
        var container = pod.getSpec().getContainers().getFirst();
        assertThat(pod.getSpec().getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(pod.getSpec().getSecurityContext().getSeccompProfile().getType())
                .isEqualTo("RuntimeDefault");
        assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
        assertThat(container.getSecurityContext().getCapabilities().getDrop())
                .containsExactly("ALL");
        assertThat(container.getResources().getLimits().get("memory"))
                .isEqualTo(container.getResources().getRequests().get("memory"));
        assertThat(container.getEnv())
                .as("what it is charged is less than a life's JVM touches at its start")
                .contains(new EnvVar("_JAVA_OPTIONS", "-XX:-AlwaysPreTouch", null));
        assertThat(pod.getSpec().getAutomountServiceAccountToken()).isFalse();
    }
}
