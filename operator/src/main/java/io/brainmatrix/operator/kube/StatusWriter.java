package io.brainmatrix.operator.kube;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.BrainMatrixStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.Optional;

/**
 * Writes a matrix's status: only when it differs, and only over the version it was decided from.
 */
public final class StatusWriter {
    private final KubernetesClient client;

    /** Writes through this client. */
    public StatusWriter(KubernetesClient client) {
        this.client = client;
    }

    /** The matrix as the API server has it now. */
    public Optional<BrainMatrix> read(BrainMatrix matrix) {
        return Optional.ofNullable(
                client.resources(BrainMatrix.class)
                        .inNamespace(matrix.getMetadata().getNamespace())
                        .withName(matrix.getMetadata().getName())
                        .get());
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
            client.resource(wanted).updateStatus();
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
