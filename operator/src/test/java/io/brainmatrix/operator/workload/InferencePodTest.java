package io.brainmatrix.operator.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.Instance;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class InferencePodTest {
    private static final String TOKEN = "api-token";

    private static BrainMatrix matrix(String instance) {
        return Serialization.unmarshal(
                """
                apiVersion: brainmatrix.io/v1alpha1
                kind: BrainMatrix
                metadata: {name: glass-jar, namespace: brains, uid: 6a1f5c1e-8b1b-4a57-9d5a-1c2d3e4f5a6b}
                spec:
                  model: {hostPath: /var/lib/brainmatrix/models/chain.gguf}
                  instances: [{name: subject, budget: {ram: 512Mi}%s}]
                """
                        .formatted(instance),
                BrainMatrix.class);
    }

    private static Pod pod(BrainMatrix matrix) {
        Instance instance = matrix.getSpec().instances().getFirst();
        return InferencePod.desired(
                new InferencePod.Request(
                        matrix,
                        instance,
                        1,
                        "a",
                        Optional.empty(),
                        null,
                        Objects.requireNonNull(matrix.getSpec().model()),
                        new ModelVolume.HostDirectory(
                                "/var/lib/brainmatrix/models", "chain.gguf", "volume", "claim"),
                        Duration.ofMinutes(5),
                        Map.of(),
                        Optional.empty(),
                        Optional.of(URI.create("http://chronicle")),
                        "image",
                        "IfNotPresent"));
    }

    @Test
    void theSecretOfItsTokenIsMountedWhereThePodLooksForIt() {
        Pod pod = pod(matrix(", apiTokenSecret: keys"));

        assertThat(pod.getSpec().getVolumes())
                .filteredOn(v -> v.getName().equals(TOKEN))
                .singleElement()
                .satisfies(
                        v -> {
                            assertThat(v.getSecret().getSecretName()).isEqualTo("keys");
                            assertThat(v.getSecret().getOptional())
                                    .as("an instance never opens because its Secret is missing")
                                    .isFalse();
                            assertThat(v.getSecret().getItems())
                                    .singleElement()
                                    .satisfies(i -> assertThat(i.getPath()).isEqualTo("token"));
                        });
        assertThat(pod.getSpec().getContainers().getFirst().getVolumeMounts())
                .filteredOn(m -> m.getName().equals(TOKEN))
                .singleElement()
                .satisfies(
                        m -> {
                            assertThat(m.getMountPath()).isEqualTo("/etc/brainmatrix/api-token");
                            assertThat(m.getReadOnly()).isTrue();
                            assertThat(m.getSubPath()).as("would not follow the Secret").isNull();
                        });
        assertThat(Serialization.asJson(pod.getSpec().getContainers().getFirst().getEnv()))
                .as("the pod's environment can be read by many")
                .doesNotContain("keys");
    }

    @Test
    void withoutOneNothingIsMounted() {
        Pod pod = pod(matrix(""));

        assertThat(pod.getSpec().getVolumes()).noneMatch(v -> v.getName().equals(TOKEN));
        assertThat(pod.getSpec().getContainers().getFirst().getVolumeMounts())
                .noneMatch(m -> m.getName().equals(TOKEN));
    }

    private static final String MIND =
            ", mind: {persona: {configMap: {name: personas, key: subject}}}";

    @Test
    void aMindHasATokenForTheChronicleAloneAndItsPersona() {
        Pod pod = pod(matrix(MIND));

        assertThat(pod.getSpec().getVolumes())
                .filteredOn(v -> v.getName().equals("mind"))
                .singleElement()
                .satisfies(
                        v -> {
                            var token =
                                    v.getProjected()
                                            .getSources()
                                            .getFirst()
                                            .getServiceAccountToken();
                            assertThat(token.getAudience()).isEqualTo("brainmatrix-chronicle");
                            assertThat(token.getPath()).isEqualTo("token");
                            var text = v.getProjected().getSources().getLast().getConfigMap();
                            assertThat(text.getName()).isEqualTo("personas");
                            assertThat(text.getItems())
                                    .singleElement()
                                    .satisfies(i -> assertThat(i.getPath()).isEqualTo("persona"));
                        });
        assertThat(pod.getSpec().getAutomountServiceAccountToken()).isFalse();
        assertThat(pod(matrix("")).getSpec().getVolumes())
                .noneMatch(v -> v.getName().equals("mind"));
    }

    /** Nothing of it: no environment, volume, label or annotation. */
    @Test
    void r13APodIsTheSameWhoeverWatchesIt() {
        String watchers =
                "}, {name: god, role: God, watches: [subject], budget: {ram: 512Mi}, mind: {persona: {text: x}}";

        assertThat(pod(matrix(MIND + watchers))).isEqualTo(pod(matrix(MIND)));
    }

    @Test
    void anotherMindAndOtherWatchesAreAnotherPod() {
        assertThat(
                        List.of(
                                        "",
                                        ", watches: [god]",
                                        MIND,
                                        MIND + ", watches: [god]",
                                        ", mind: {seed: 1, persona: {configMap: {name: personas, key: subject}}}",
                                        ", mind: {persona: {configMap: {name: others, key: subject}}}",
                                        ", mind: {persona: {text: who}}")
                                .stream()
                                .map(InferencePodTest::matrix)
                                .map(
                                        m ->
                                                SpecHash.of(
                                                        m.getSpec(),
                                                        m.getSpec().instances().getFirst()))
                                .distinct())
                .as("without a mind it does not matter whom it watches")
                .hasSize(6);
    }

    @Test
    void anotherSecretIsAnotherPod() {
        assertThat(
                        List.of("", ", apiTokenSecret: keys", ", apiTokenSecret: others").stream()
                                .map(InferencePodTest::matrix)
                                .map(
                                        m ->
                                                SpecHash.of(
                                                        m.getSpec(),
                                                        m.getSpec().instances().getFirst()))
                                .distinct())
                .hasSize(3);
    }

    /** As it was before there were tokens: an upgrade of the operator replaces no pod. */
    @Test
    void anInstanceWithoutATokenKeepsItsHash() {
        BrainMatrix matrix = matrix("");

        assertThat(SpecHash.of(matrix.getSpec(), matrix.getSpec().instances().getFirst()))
                .isEqualTo("40c4454d08b1cffa");
    }
}
