package io.brainmatrix.operator.kube;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the operator asks of the API server: reads of the present state, and writes. It is a port:
 * the simulation decides against its own cluster through it.
 *
 * <p>Every call throws {@link io.fabric8.kubernetes.client.KubernetesClientException} with the
 * server's status code: 409 for a version that is no longer the latest or a name that is taken, 404
 * for an object that is not there, code 0 when no answer came (the write may have happened).
 */
public interface ClusterApi {
    /** An object as it is now; empty when there is none. */
    <T extends HasMetadata> Optional<T> get(Class<T> kind, @Nullable String namespace, String name);

    /** Pods of ours that are pinned to a node, as they are now. */
    List<Pod> podsOn(String node);

    /** Pods of ours in a namespace, as they are now. */
    List<Pod> podsIn(String namespace);

    /**
     * Begins a call at once, beside what the caller does meanwhile: it may happen at any moment
     * until its answer is asked for.
     *
     * @return the answer, or the call's own failure, once it is there
     */
    <T> Supplier<T> ahead(Supplier<T> call);

    /**
     * What a call that was begun {@link #ahead} answers, once it has ended.
     *
     * @throws RuntimeException the call's own failure
     * @throws IllegalStateException when interrupted meanwhile
     */
    static <T> T answer(FutureTask<T> call) {
        try {
            return call.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException failure -> throw failure;
                case Error failure -> throw failure;
                case null, default -> throw new IllegalStateException(e);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while calling", e);
        }
    }

    /** All lanes as they are now, of a namespace. */
    List<Lease> lanes(String namespace);

    /** What the kubelet and the scheduler said about a pod. */
    List<Event> events(Pod pod);

    /** Creates an object. */
    void create(HasMetadata object);

    /** Replaces an object of exactly the version in its metadata. */
    void update(HasMetadata object);

    /**
     * Replaces the status of a matrix of exactly the version in its metadata.
     *
     * @return the matrix in the version that this made
     */
    BrainMatrix updateStatus(BrainMatrix matrix);

    /**
     * Merges fields into an object (RFC 7396). With a UID in it, the patch is refused for a later
     * object of the same name.
     */
    void merge(
            Class<? extends HasMetadata> kind,
            @Nullable String namespace,
            String name,
            Map<String, Object> fields);

    /** Asks for an object's end; nothing happens when there is none of that UID. */
    void delete(HasMetadata seen);

    /** As {@link #delete}, but only of exactly the version that was seen. */
    void deleteUnchanged(HasMetadata seen);
}
