package io.brainmatrix.operator.kube;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.operator.matrix.StatusEvents;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Publishes Events about a matrix; a namespace that is going takes none, and that stops nothing.
 */
public final class EventPublisher {
    private static final Logger LOG = Logger.getLogger(EventPublisher.class);

    /** The API server refuses longer messages. */
    private static final int MESSAGE_MAX_CHARS = 1024;

    private final ClusterApi api;
    private final Clock clock;

    /** Publishes through this port. */
    public EventPublisher(ClusterApi api, Clock clock) {
        this.api = api;
        this.clock = clock;
    }

    /** Publishes what happened to a matrix. */
    public void publish(BrainMatrix matrix, List<StatusEvents.Draft> drafts) {
        for (StatusEvents.Draft draft : drafts) {
            try {
                api.create(event(matrix, draft));
            } catch (KubernetesClientException e) {
                if (e.getCode() != HttpURLConnection.HTTP_FORBIDDEN
                        && e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
                    LOG.warnf(
                            e,
                            "Event not published namespace=%s name=%s reason=%s",
                            matrix.getMetadata().getNamespace(),
                            matrix.getMetadata().getName(),
                            draft.reason());
                }
            }
        }
    }

    private Event event(BrainMatrix matrix, StatusEvents.Draft draft) {
        String now = clock.instant().truncatedTo(java.time.temporal.ChronoUnit.SECONDS).toString();
        String message = draft.message();
        return new EventBuilder()
                .withNewMetadata()
                .withGenerateName(matrix.getMetadata().getName() + ".")
                .withNamespace(matrix.getMetadata().getNamespace())
                .endMetadata()
                .withNewInvolvedObject()
                .withApiVersion(BrainMatrix.GROUP + "/" + BrainMatrix.VERSION)
                .withKind("BrainMatrix")
                .withNamespace(matrix.getMetadata().getNamespace())
                .withName(matrix.getMetadata().getName())
                .withUid(matrix.getMetadata().getUid())
                .endInvolvedObject()
                .withType(draft.warning() ? "Warning" : "Normal")
                .withReason(draft.reason())
                .withMessage(
                        message.length() <= MESSAGE_MAX_CHARS
                                ? message
                                : message.substring(0, MESSAGE_MAX_CHARS - 1) + "…")
                .withNewSource()
                .withComponent("brainmatrix-operator")
                .endSource()
                .withFirstTimestamp(now)
                .withLastTimestamp(now)
                .withCount(1)
                .build();
    }
}
