package io.brainmatrix.operator.reconciler;

import io.brainmatrix.operator.admission.AdmissionPolicy;
import io.brainmatrix.operator.kube.ClusterCache;
import io.brainmatrix.operator.kube.EventPublisher;
import io.brainmatrix.operator.kube.LaneKeeper;
import io.brainmatrix.operator.kube.MatrixDesk;
import io.brainmatrix.operator.kube.MatrixReader;
import io.brainmatrix.operator.kube.NodeDesk;
import io.brainmatrix.operator.kube.NodeReader;
import io.brainmatrix.operator.kube.OperatorSettings;
import io.brainmatrix.operator.kube.PodKeeper;
import io.brainmatrix.operator.kube.StatusWriter;
import io.brainmatrix.operator.kube.VolumeKeeper;
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
        Clock clock = Clock.systemUTC();
        ClusterCache cache = new ClusterCache(client, settings.namespace(), System::nanoTime);
        PodKeeper pods = new PodKeeper(client);
        NodeReader reader = new NodeReader(cache, settings, clock, pods::events);
        return new OperatorParts(
                cache,
                new NodeDesk(
                        client,
                        cache,
                        reader,
                        new LaneKeeper(client, settings.namespace(), clock),
                        pods,
                        policy,
                        settings),
                new MatrixDesk(
                        cache,
                        new MatrixReader(cache, reader, policy, clock),
                        reader,
                        new VolumeKeeper(client, cache),
                        pods,
                        new StatusWriter(client),
                        new EventPublisher(client, clock),
                        clock));
    }
}
