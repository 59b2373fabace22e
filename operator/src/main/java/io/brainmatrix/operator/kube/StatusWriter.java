package io.brainmatrix.operator.kube;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.BrainMatrixStatus;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.Optional;

/**
 * Writes a matrix's status: only when it differs, and only over the version it was decided from.
 */
public final class StatusWriter {
    private final ClusterApi api;

    /** Writes through this port. */
    public StatusWriter(ClusterApi api) {
        this.api = api;
    }

    /** The matrix as the API server has it now. */
    public Optional<BrainMatrix> read(BrainMatrix matrix) {
        return api.get(
                BrainMatrix.class,
                matrix.getMetadata().getNamespace(),
                matrix.getMetadata().getName());
    }

    /** A node as the API server has it now. */
    public Optional<Node> node(String name) {
        return api.get(Node.class, null, name);
    }

    /**
     * Replaces the status of the version that was read; false when that is no longer the latest.
     */
    public boolean write(BrainMatrix seen, BrainMatrixStatus status) {
        BrainMatrix wanted = new BrainMatrix();
        wanted.setMetadata(seen.getMetadata());
        wanted.setSpec(seen.getSpec());
        wanted.setStatus(status);
        try {
            api.updateStatus(wanted);
            return true;
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT
                    || e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
                return false;
            }
            throw e;
        }
    }
}
