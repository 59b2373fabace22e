package io.brainmatrix.api.v1alpha1;

import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/**
 * What one node's memory is doing; named like its node, its status written by that node's agent
 * alone.
 */
@Group(BrainMatrix.GROUP)
@Version(BrainMatrix.VERSION)
@Plural("nodememories")
@ShortNames({"nm", "nodemem"})
@SuppressWarnings("serial") // a Kubernetes object travels as JSON, never by Java serialization
public class NodeMemory extends CustomResource<NodeMemorySpec, NodeMemoryStatus> {}
