package io.brainmatrix.api.v1alpha1;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/**
 * Several language models on one small node, let in one at a time once the node's memory has
 * settled.
 */
@Group(BrainMatrix.GROUP)
@Version(BrainMatrix.VERSION)
@Plural("brainmatrices")
@ShortNames("bm")
@SuppressWarnings("serial") // a Kubernetes object travels as JSON, never by Java serialization
public class BrainMatrix extends CustomResource<BrainMatrixSpec, BrainMatrixStatus>
        implements Namespaced {
    public static final String GROUP = "brainmatrix.io";
    public static final String VERSION = "v1alpha1";
}
