package io.brainmatrix.operator.reconciler;

import io.brainmatrix.operator.admission.AdmissionPolicy;
import io.brainmatrix.operator.kube.ClusterCache;
import io.brainmatrix.operator.kube.Desks;
import io.brainmatrix.operator.kube.KubernetesApi;
import io.brainmatrix.operator.kube.MatrixDesk;
import io.brainmatrix.operator.kube.NodeDesk;
import io.brainmatrix.operator.kube.OperatorSettings;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;

/**
 * The operator's parts put together, with or without Quarkus around them: a test runs the same ones
 * in its own JVM.
 *
 * @param cache to be started before the first pass
 */
public record OperatorParts(ClusterCache cache, NodeDesk nodes, MatrixDesk matrices) {
    /** Builds all parts; nothing is read or written yet. */
    public static OperatorParts of(
            KubernetesClient client, OperatorSettings settings, AdmissionPolicy policy) {
        ClusterCache cache = new ClusterCache(client, settings.namespace(), System::nanoTime);
        Desks desks =
                Desks.of(new KubernetesApi(client), cache, settings, policy, Clock.systemUTC());
        return new OperatorParts(cache, desks.nodes(), desks.matrices());
    }
}
