package io.brainmatrix.operator.kube;

import io.brainmatrix.operator.admission.AdmissionPolicy;
import java.time.Clock;

/**
 * The two that decide and act, put together over a cluster: a real one, or one on paper.
 *
 * @param nodes admits, one node per pass
 * @param matrices places, counts and describes, one matrix per pass
 */
public record Desks(NodeDesk nodes, MatrixDesk matrices) {
    /** Builds both; nothing is read or written yet. */
    public static Desks of(
            ClusterApi api,
            ClusterView view,
            OperatorSettings settings,
            AdmissionPolicy policy,
            Clock clock) {
        return of(api, view, settings, policy, policy, clock);
    }

    /**
     * Builds both; nothing is read or written yet.
     *
     * @param gate admits
     * @param policy the same one, for the reasons in the statuses: the one that admits may count
     */
    public static Desks of(
            ClusterApi api,
            ClusterView view,
            OperatorSettings settings,
            AdmissionPolicy gate,
            AdmissionPolicy policy,
            Clock clock) {
        PodKeeper pods = new PodKeeper(api);
        NodeReader reader = new NodeReader(view, settings, clock, api::events);
        NodeDesk admitting =
                new NodeDesk(
                        api,
                        view,
                        reader,
                        new LaneKeeper(api, settings.namespace(), clock),
                        pods,
                        gate,
                        settings);
        return new Desks(
                admitting,
                new MatrixDesk(
                        view,
                        new MatrixReader(view, reader, policy, clock),
                        reader,
                        admitting,
                        new VolumeKeeper(api, view),
                        new ScoutKeeper(api, view, reader, settings),
                        pods,
                        new StatusWriter(api),
                        new EventPublisher(api, clock),
                        clock));
    }
}
