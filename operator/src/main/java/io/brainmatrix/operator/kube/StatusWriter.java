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
     * Replaces the status of the version that was read.
     *
     * @return the matrix in the version that this made; empty when the one that was read is no
     *     longer the latest
     */
    public Optional<BrainMatrix> write(BrainMatrix seen, BrainMatrixStatus status) {
        try {
            return Optional.of(api.updateStatus(with(seen, status)));
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT
                    || e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** The same matrix with another status. */
    static BrainMatrix with(BrainMatrix seen, BrainMatrixStatus status) {
        BrainMatrix other = new BrainMatrix();
        other.setMetadata(seen.getMetadata());
        other.setSpec(seen.getSpec());
        other.setStatus(status);
        return other;
    }
}
