package io.brainmatrix.operator.reconciler;

import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.brainmatrix.operator.kube.ClusterCache;
import io.brainmatrix.operator.kube.NodeDesk;
import io.brainmatrix.operator.leader.Leadership;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.MaxReconciliationInterval;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Decides about a node whenever anything on it changes; keyed by its NodeMemory. */
@GradualRetry(
        maxAttempts = RetryPace.FOR_EVER,
        initialInterval = RetryPace.FIRST_MILLIS,
        intervalMultiplier = RetryPace.GROWTH,
        maxInterval = RetryPace.LONGEST_MILLIS)
@ControllerConfiguration(
        name = "node",
        generationAwareEventProcessing = false, // readings arrive in the status
        informer = @Informer,
        maxReconciliationInterval =
                @MaxReconciliationInterval(
                        interval = RetryPace.BACKSTOP_SECONDS,
                        timeUnit = TimeUnit.SECONDS))
public class NodeReconciler implements Reconciler<NodeMemory> {
    private final ClusterCache cache;
    private final Leadership leadership;
    private final NodeDesk desk;

    /** Everything is done by the desk; this class only says when. */
    public NodeReconciler(OperatorParts parts, Leadership leadership) {
        this.leadership = leadership;
        cache = parts.cache();
        desk = parts.nodes();
    }

    @Override
    public List<EventSource<?, NodeMemory>> prepareEventSources(
            EventSourceContext<NodeMemory> context) {
        cache.start();
        return List.of(new CacheEventSource<>("cluster", cache, this::concerns));
    }

    private Set<ResourceID> concerns(HasMetadata changed) {
        return desk.nodesOf(changed).stream().map(ResourceID::new).collect(Collectors.toSet());
    }

    @Override
    public UpdateControl<NodeMemory> reconcile(NodeMemory memory, Context<NodeMemory> context) {
        UpdateControl<NodeMemory> done = UpdateControl.noUpdate();
        if (!leadership.begin()) {
            return done;
        }
        try {
            return desk.work(memory.getMetadata().getName())
                    .map(delay -> done.rescheduleAfter(delay))
                    .orElse(done);
        } finally {
            leadership.end();
        }
    }
}
