package io.brainmatrix.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.Reason;
import io.brainmatrix.operator.admission.Candidate;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What hinders an instance whatever the cluster is like: nothing of it is asked here. */
class NodeReaderTest {
    @Test
    void aModelOutsideTheAllowedDirectoriesHinders() {
        assertThat(hindrance("/etc/shadow", "").reason()).isEqualTo(Reason.ModelNotAllowed);
    }

    @Test
    void aMindWithoutAChronicleHindersAndSaysWhatToChange() {
        Candidate.Hindrance hindrance =
                hindrance("/models/a.gguf", ", mind: {persona: {text: you}}");

        assertThat(hindrance.reason()).isEqualTo(Reason.ChronicleMissing);
        assertThat(hindrance.message())
                .contains("chronicle.enabled=auto", "remove `spec.instances[one].mind`");
    }

    private static Candidate.Hindrance hindrance(String model, String more) {
        ClusterView unasked =
                (ClusterView)
                        Proxy.newProxyInstance(
                                NodeReaderTest.class.getClassLoader(),
                                new Class<?>[] {ClusterView.class},
                                (proxy, method, arguments) -> {
                                    throw new AssertionError(method.getName());
                                });
        NodeReader reader =
                new NodeReader(
                        unasked,
                        new OperatorSettings(
                                "system", "image", "IfNotPresent", List.of(Path.of("/models"))),
                        Clock.systemUTC(),
                        pod -> List.of());
        BrainMatrix matrix =
                Serialization.unmarshal(
                        """
                        apiVersion: brainmatrix.io/v1alpha1
                        kind: BrainMatrix
                        metadata: {name: jar, namespace: brains, uid: uid}
                        spec:
                          model: {hostPath: %s}
                          instances: [{name: one, budget: {ram: 1Gi}%s}]
                        """
                                .formatted(model, more),
                        BrainMatrix.class);
        Map<String, Candidate.Hindrance> hindrances = reader.modelHindrances(matrix);
        return Objects.requireNonNull(hindrances.get("one"));
    }
}
