package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.quickstart.Chart;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.util.List;

/** What matrices make in a cluster, and must take away with them. */
final class Leftovers {
    private Leftovers() {}

    /** Fails when there is still something of a namespace's matrices. */
    static void none(Cluster cluster, String namespace) {
        var client = cluster.client();
        assertThat(client.pods().inNamespace(namespace).list().getItems()).isEmpty();
        assertThat(client.services().inNamespace(namespace).list().getItems()).isEmpty();
        assertThat(client.persistentVolumeClaims().inNamespace(namespace).list().getItems())
                .isEmpty();
        assertThat(volumes(cluster, namespace)).isEmpty();
        assertThat(lanes(cluster))
                .noneMatch(
                        lease -> {
                            String holder = lease.getSpec().getHolderIdentity();
                            return holder != null && holder.startsWith(namespace + "/");
                        });
    }

    /** PersistentVolumes made for a namespace. */
    static List<PersistentVolume> volumes(Cluster cluster, String namespace) {
        return cluster.client().persistentVolumes().list().getItems().stream()
                .filter(
                        v ->
                                v.getSpec().getClaimRef() != null
                                        && namespace.equals(
                                                v.getSpec().getClaimRef().getNamespace()))
                .toList();
    }

    /** All lanes. */
    static List<Lease> lanes(Cluster cluster) {
        return cluster.client().leases().inNamespace(Chart.NAMESPACE).list().getItems().stream()
                .filter(l -> l.getMetadata().getName().startsWith("brainmatrix-lane-"))
                .toList();
    }
}
