package io.brainmatrix.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.Reason;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;

class NodeReaderTest {
    @Test
    void aModelOutsideTheAllowedDirectoriesHindersWithoutALookAtTheCluster() {
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
                          model: {hostPath: /etc/shadow}
                          instances: [{name: one, budget: {ram: 1Gi}}]
                        """,
                        BrainMatrix.class);

        assertThat(reader.modelHindrances(matrix))
                .hasEntrySatisfying(
                        "one",
                        hindrance ->
                                assertThat(hindrance.reason()).isEqualTo(Reason.ModelNotAllowed));
    }
}
