package io.brainmatrix.operator.workload;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.EndClass;
import io.brainmatrix.api.v1alpha1.Instance;
import java.util.Map;

/**
 * All that one life's pod is made from.
 *
 * @param life number of the life, from 1
 * @param node name of the Node object that it is placed on
 * @param image image of the inference pods
 * @param pullPolicy IfNotPresent, Always or Never
 * @param specHash {@link SpecHash} of the instance
 * @param deaths deaths so far by class, told to the pod; classes without one may be absent
 */
public record PodRequest(
        BrainMatrix matrix,
        Instance instance,
        long life,
        String node,
        String image,
        String pullPolicy,
        ModelVolume.Mountable model,
        String specHash,
        Map<EndClass, Long> deaths) {
    public PodRequest {
        if (life < 1) {
            throw new IllegalStateException("lives count from 1, not " + life);
        }
        deaths = Map.copyOf(deaths);
    }
}
