package io.brainmatrix.operator.kube;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.Instance;
import io.brainmatrix.operator.matrix.ScoutStep;
import io.brainmatrix.operator.matrix.ScoutView;
import io.brainmatrix.operator.workload.ModelVolume;
import io.brainmatrix.operator.workload.ScoutPod;
import io.brainmatrix.operator.workload.WorkloadNames;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/** Reads scouts, sends them and calls them back. */
public final class ScoutKeeper {
    private static final Logger LOG = Logger.getLogger(ScoutKeeper.class);

    private final ClusterApi api;
    private final ClusterView cache;
    private final NodeReader nodes;
    private final OperatorSettings settings;

    /**
     * By instance, the latest scout that the API server refused: asked for once, it would refuse it
     * in the next pass too. A restarted operator asks once more.
     */
    private final Map<String, String> refused = new ConcurrentHashMap<>();

    /** Writes through the port. */
    public ScoutKeeper(
            ClusterApi api, ClusterView cache, NodeReader nodes, OperatorSettings settings) {
        this.api = api;
        this.cache = cache;
        this.nodes = nodes;
        this.settings = settings;
    }

    /**
     * Those of a matrix, as the cache has them. Anybody may write an annotation: what lies in
     * another namespace, or would stay without the matrix, is none.
     */
    static List<ScoutView> of(ClusterView cache, BrainMatrix matrix) {
        String namespace = matrix.getMetadata().getNamespace();
        return cache.scoutsOf(matrix.getMetadata().getUid()).stream()
                .filter(p -> namespace.equals(p.getMetadata().getNamespace()))
                .filter(p -> VolumeKeeper.ownedBy(p, matrix))
                .map(ScoutKeeper::view)
                .toList();
    }

    private static ScoutView view(Pod pod) {
        return new ScoutView(
                pod.getMetadata().getName(),
                pod.getMetadata().getUid(),
                PodReader.label(pod, WorkloadNames.SCOUT).orElse(""),
                life(pod),
                PodReader.nodeOf(pod).orElse(""),
                PodReader.deleting(pod),
                pod.getStatus() != null && "Succeeded".equals(pod.getStatus().getPhase()));
    }

    private static long life(Pod pod) {
        try {
            return PodReader.annotation(pod, WorkloadNames.SCOUT_LIFE)
                    .map(Long::parseLong)
                    .orElse(-1L);
        } catch (NumberFormatException e) {
            return -1; // somebody else's annotation: of no life
        }
    }

    /** Carries a step out. A refused scout is no failure: the next life looks by itself. */
    void take(BrainMatrix matrix, ScoutStep step) {
        switch (step) {
            case ScoutStep.Send send ->
                    matrix.getSpec().instances().stream()
                            .filter(i -> i.name().equals(send.instance()))
                            .findFirst()
                            .ifPresent(i -> send(matrix, i, send));
            case ScoutStep.Recall(String pod, String uid) -> recall(matrix, pod, uid);
        }
    }

    private void send(BrainMatrix matrix, Instance instance, ScoutStep.Send step) {
        ModelVolume volume = nodes.volume(matrix, instance);
        String key = matrix.getMetadata().getUid() + "/" + instance.name();
        String name =
                WorkloadNames.scout(matrix.getMetadata().getName(), instance.name(), step.life());
        if (volume instanceof ModelVolume.NotAllowed
                || forOnePod(matrix, volume)
                || name.equals(refused.get(key))) {
            return;
        }
        try {
            api.create(
                    ScoutPod.desired(
                            new ScoutPod.Request(
                                    matrix,
                                    instance.name(),
                                    step.life(),
                                    step.node(),
                                    step.wrongUntil(),
                                    volume,
                                    settings.inferenceImage(),
                                    settings.pullPolicy())));
            LOG.infof(
                    "Sent a scout namespace=%s pod=%s node=%s",
                    matrix.getMetadata().getNamespace(), name, step.node());
            refused.remove(key);
        } catch (KubernetesClientException e) {
            if (e.getCode() == 409) {
                return; // sent already, or an earlier one of that name is still going
            }
            if (e.getCode() < 400 || e.getCode() >= 500 || e.getCode() == 429) {
                throw e;
            }
            refused.put(key, name);
            LOG.infof(
                    "No scout namespace=%s pod=%s: %s",
                    matrix.getMetadata().getNamespace(), name, e.getMessage());
        }
    }

    /** A claim of that kind would keep the life out for as long as the scout is there. */
    private boolean forOnePod(BrainMatrix matrix, ModelVolume volume) {
        return volume instanceof ModelVolume.UserClaim user
                && cache.claim(matrix.getMetadata().getNamespace(), user.claim())
                        .filter(VolumeKeeper::isForOnePod)
                        .isPresent();
    }

    private void recall(BrainMatrix matrix, String pod, String uid) {
        api.delete(
                new PodBuilder()
                        .withMetadata(
                                new ObjectMetaBuilder()
                                        .withNamespace(matrix.getMetadata().getNamespace())
                                        .withName(pod)
                                        .withUid(uid)
                                        .build())
                        .build());
    }

    /**
     * Calls all of a matrix back that goes. Nobody need wait for them: their claim does, and so
     * does its volume.
     */
    void recallAll(BrainMatrix matrix) {
        of(cache, matrix).stream()
                .filter(s -> !s.deleting())
                .forEach(s -> recall(matrix, s.pod(), s.uid()));
        matrix.getSpec()
                .instances()
                .forEach(i -> refused.remove(matrix.getMetadata().getUid() + "/" + i.name()));
    }

    /** The matrix that a pod scouts for. */
    static Optional<String> matrixUidOf(Pod pod) {
        return PodReader.annotation(pod, WorkloadNames.SCOUT_OF);
    }
}
