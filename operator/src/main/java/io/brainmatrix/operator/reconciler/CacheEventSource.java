package io.brainmatrix.operator.reconciler;

import io.brainmatrix.operator.kube.ClusterCache;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import java.util.Set;
import java.util.function.Function;

/**
 * Triggers a reconciler from the operator's one cache: whatever changes is mapped to the primaries
 * it concerns.
 */
final class CacheEventSource<P extends HasMetadata> extends AbstractEventSource<HasMetadata, P> {
    CacheEventSource(
            String name, ClusterCache cache, Function<HasMetadata, Set<ResourceID>> concerns) {
        super(HasMetadata.class, name);
        cache.listen(
                changed -> {
                    if (isRunning()) {
                        concerns.apply(changed)
                                .forEach(id -> getEventHandler().handleEvent(new Event(id)));
                    }
                });
    }

    @Override
    public Set<HasMetadata> getSecondaryResources(P primary) {
        return Set.of(); // reconcilers read the cache itself
    }
}
