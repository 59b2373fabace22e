package io.brainmatrix.agent;

import io.brainmatrix.api.v1alpha1.NodeMemorySpec;
import io.brainmatrix.api.v1alpha1.NodeMemoryStatus;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the agent reads from the API server and writes to it. */
interface NodeApi {
    /** Starts the watches; they go on trying while the API server is away. */
    void start();

    /** What the operator asks for; empty until it has been read. */
    Optional<NodeMemorySpec> asked();

    /** The node's inference pods, as last seen. */
    List<Pod> pods();

    /**
     * The node's own reserve, if it is annotated.
     *
     * @throws io.fabric8.kubernetes.client.KubernetesClientException when it cannot be read
     */
    @Nullable String reserveAnnotation();

    /**
     * Replaces the whole status; the object is made if there is none. Fields that are unknown now
     * are gone.
     *
     * @throws io.fabric8.kubernetes.client.KubernetesClientException when it cannot be written
     */
    void publish(NodeMemoryStatus status);
}
