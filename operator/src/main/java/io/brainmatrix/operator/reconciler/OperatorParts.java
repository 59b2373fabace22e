package io.brainmatrix.operator.reconciler;

import io.brainmatrix.operator.admission.AdmissionPolicy;
import io.brainmatrix.operator.kube.ClusterCache;
import io.brainmatrix.operator.kube.Desks;
import io.brainmatrix.operator.kube.KubernetesApi;
import io.brainmatrix.operator.kube.MatrixDesk;
import io.brainmatrix.operator.kube.NodeDesk;
import io.brainmatrix.operator.kube.NodeReader;
import io.brainmatrix.operator.kube.OperatorSettings;
import io.brainmatrix.operator.metrics.GateTally;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.util.List;

/**
 * The operator's parts put together, with or without Quarkus around them: a test runs the same ones
 * in its own JVM.
 *
 * @param cache to be started before the first pass
 * @param gate the policy that admits, counted
 * @param readings reads nodes for metrics: from the cache alone
 */
public record OperatorParts(
        ClusterCache cache,
        NodeDesk nodes,
        MatrixDesk matrices,
        GateTally gate,
        NodeReader readings) {
    /** Builds all parts; nothing is read or written yet. */
    public static OperatorParts of(
            KubernetesClient client, OperatorSettings settings, AdmissionPolicy policy) {
        ClusterCache cache =
                new ClusterCache(client, settings.namespace(), settings.scope(), System::nanoTime);
        GateTally gate = new GateTally(policy);
        Clock clock = Clock.systemUTC();
        Desks desks =
                Desks.of(
                        new KubernetesApi(client, settings.scope()),
                        cache,
                        settings,
                        gate,
                        policy,
                        clock);
        return new OperatorParts(
                cache,
                desks.nodes(),
                desks.matrices(),
                gate,
                new NodeReader(cache, settings, clock, pod -> List.of()));
    }
}
