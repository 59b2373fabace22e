package io.brainmatrix.operator.reconciler;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.operator.kube.ClusterCache;
import io.brainmatrix.operator.kube.MatrixDesk;
import io.brainmatrix.operator.leader.Leadership;
import io.brainmatrix.operator.workload.WorkloadNames;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.MaxReconciliationInterval;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Decides about a matrix whenever it, its pods, its volumes or its nodes change. */
@GradualRetry(
        maxAttempts = RetryPace.FOR_EVER,
        initialInterval = RetryPace.FIRST_MILLIS,
        intervalMultiplier = RetryPace.GROWTH,
        maxInterval = RetryPace.LONGEST_MILLIS)
@ControllerConfiguration(
        name = "matrix",
        finalizerName = WorkloadNames.MATRIX_FINALIZER,
        informer = @Informer,
        maxReconciliationInterval =
                @MaxReconciliationInterval(
                        interval = RetryPace.BACKSTOP_SECONDS,
                        timeUnit = TimeUnit.SECONDS))
public class MatrixReconciler implements Reconciler<BrainMatrix>, Cleaner<BrainMatrix> {
    /** Between two looks at a matrix that is going. */
    private static final Duration CLEANUP_INTERVAL = Duration.ofSeconds(2);

    private final ClusterCache cache;
    private final Leadership leadership;
    private final MatrixDesk desk;

    /** Everything is done by the desk; this class only says when. */
    public MatrixReconciler(OperatorParts parts, Leadership leadership) {
        this.leadership = leadership;
        cache = parts.cache();
        desk = parts.matrices();
    }

    @Override
    public List<EventSource<?, BrainMatrix>> prepareEventSources(
            EventSourceContext<BrainMatrix> context) {
        cache.start();
        return List.of(new CacheEventSource<>("cluster", cache, this::concerns));
    }

    private Set<ResourceID> concerns(HasMetadata changed) {
        return desk.matricesOf(changed).stream()
                .map(m -> new ResourceID(m.getMetadata().getName(), m.getMetadata().getNamespace()))
                .collect(Collectors.toSet());
    }

    @Override
    public UpdateControl<BrainMatrix> reconcile(BrainMatrix matrix, Context<BrainMatrix> context) {
        UpdateControl<BrainMatrix> done = UpdateControl.noUpdate();
        if (!leadership.begin()) {
            return done;
        }
        try {
            return desk.work(matrix).map(delay -> done.rescheduleAfter(delay)).orElse(done);
        } finally {
            leadership.end();
        }
    }

    @Override
    public DeleteControl cleanup(BrainMatrix matrix, Context<BrainMatrix> context) {
        DeleteControl later = DeleteControl.noFinalizerRemoval().rescheduleAfter(CLEANUP_INTERVAL);
        if (!leadership.begin()) {
            return later;
        }
        try {
            return desk.remove(matrix) ? DeleteControl.defaultDelete() : later;
        } finally {
            leadership.end();
        }
    }
}
