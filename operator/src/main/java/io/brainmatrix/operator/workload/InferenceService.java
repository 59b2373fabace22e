package io.brainmatrix.operator.workload;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import java.util.Map;

/** The Service of an instance, kept across its lives: no endpoint until a life is Ready. */
public final class InferenceService {
    private InferenceService() {}

    /** The desired Service. */
    public static Service desired(BrainMatrix matrix, String instance) {
        return new ServiceBuilder()
                .withNewMetadata()
                .withName(WorkloadNames.service(matrix.getMetadata().getName(), instance))
                .withNamespace(matrix.getMetadata().getNamespace())
                .withLabels(WorkloadNames.labels(matrix, instance))
                .withOwnerReferences(InferencePod.owner(matrix))
                .endMetadata()
                .withNewSpec()
                .withSelector(
                        Map.of(
                                WorkloadNames.MATRIX,
                                matrix.getMetadata().getName(),
                                WorkloadNames.INSTANCE,
                                instance))
                .addNewPort()
                .withName("http")
                .withPort(80)
                .withTargetPort(new IntOrString("http"))
                .withProtocol("TCP")
                .endPort()
                .endSpec()
                .build();
    }
}
