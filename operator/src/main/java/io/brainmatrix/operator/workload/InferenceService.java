package io.brainmatrix.operator.workload;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;

/** The address of an instance, kept across its lives; it has no endpoint until a pod is Ready. */
public final class InferenceService {
    private InferenceService() {}

    /** The desired service of one instance. */
    public static Service desired(BrainMatrix matrix, String instance) {
        var metadata = matrix.getMetadata();
        return new ServiceBuilder()
                .withNewMetadata()
                .withName(WorkloadNames.service(metadata.getName(), instance))
                .withNamespace(metadata.getNamespace())
                .withLabels(WorkloadNames.labels(metadata.getName(), instance))
                .addToAnnotations(WorkloadNames.MATRIX_UID, metadata.getUid())
                .withOwnerReferences(Owner.of(matrix))
                .endMetadata()
                .withNewSpec()
                .withType("ClusterIP")
                .withSelector(WorkloadNames.selector(metadata.getName(), instance))
                .addNewPort()
                .withName("http")
                .withProtocol("TCP")
                .withPort(InferencePod.PORT)
                .withTargetPort(new IntOrString("http"))
                .endPort()
                .endSpec()
                .build();
    }
}
