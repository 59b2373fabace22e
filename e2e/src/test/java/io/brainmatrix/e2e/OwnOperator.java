package io.brainmatrix.e2e;

import io.brainmatrix.operator.admission.AdmissionPolicy;
import io.brainmatrix.operator.admission.SerialAdmission;
import io.brainmatrix.operator.kube.OperatorSettings;
import io.brainmatrix.operator.leader.Leadership;
import io.brainmatrix.operator.reconciler.MatrixReconciler;
import io.brainmatrix.operator.reconciler.NodeReconciler;
import io.brainmatrix.operator.reconciler.OperatorParts;
import io.brainmatrix.quickstart.Chart;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.javaoperatorsdk.operator.Operator;
import java.util.List;

/**
 * The operator's own parts in this JVM, in the place of the installed one: with another policy, or
 * with another image for its pods. The installed one is back when this is closed.
 */
final class OwnOperator implements AutoCloseable {
    private final Cluster cluster;
    private final Deployment installed;
    private final Operator operator;

    private OwnOperator(Cluster cluster, AdmissionPolicy policy, String image) {
        this.cluster = cluster;
        this.installed = cluster.stopOperator();
        this.operator =
                new Operator(
                        o -> o.withKubernetesClient(cluster.client()).withCloseClientOnStop(false));
        OperatorParts parts =
                OperatorParts.of(
                        cluster.client(),
                        new OperatorSettings(
                                Chart.NAMESPACE, image, "IfNotPresent", List.of(World.MODELS)),
                        policy);
        operator.register(new MatrixReconciler(parts, Leadership.alone()));
        operator.register(new NodeReconciler(parts, Leadership.alone()));
        operator.start();
    }

    /** Decides by another policy. */
    static OwnOperator deciding(Cluster cluster, AdmissionPolicy policy, String image) {
        return new OwnOperator(cluster, policy, image);
    }

    /** Decides as always, and makes its pods of another image. */
    static OwnOperator making(Cluster cluster, String image) {
        return new OwnOperator(cluster, new SerialAdmission(), image);
    }

    @Override
    public void close() {
        operator.stop();
        cluster.startOperator(installed);
    }
}
