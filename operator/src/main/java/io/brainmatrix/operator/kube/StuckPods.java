package io.brainmatrix.operator.kube;

import io.brainmatrix.api.v1alpha1.EndClass;
import io.brainmatrix.operator.admission.Occupant;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Finds out that a pod cannot start, in the server's own words. A failed mount is only told in an
 * Event, so those are asked for when a pod's container has not been created for a while.
 */
final class StuckPods {
    /**
     * A kubelet mounts and creates within this time unless something is wrong. Its end and the
     * pod's way out come on top, and the lane is to be free within 5 s; a mount that fails once and
     * works 10 s later is tried again sooner than the kubelet would.
     */
    static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final Set<String> NO_IMAGE =
            Set.of(
                    "ErrImagePull",
                    "ImagePullBackOff",
                    "ErrImageNeverPull",
                    "InvalidImageName",
                    "ImageInspectError",
                    "RegistryUnavailable");
    private static final Set<String> NO_CONTAINER =
            Set.of("CreateContainerConfigError", "CreateContainerError", "RunContainerError");
    private static final Map<String, EndClass> TELLING =
            Map.of(
                    "FailedMount", EndClass.MountFailed,
                    "FailedAttachVolume", EndClass.MountFailed,
                    "FailedCreatePodSandBox", EndClass.PodRefused,
                    "FailedScheduling", EndClass.Unschedulable);

    private StuckPods() {}

    /** Judges a pod; {@code events} is asked only where the pod's own status does not tell. */
    static Optional<Occupant.Stuck> judge(
            Pod pod, Instant created, Instant now, Function<Pod, List<Event>> events) {
        Optional<ContainerStateWaiting> waiting =
                PodReader.container(pod)
                        .map(c -> c.getState() == null ? null : c.getState().getWaiting());
        if (waiting.isPresent()) {
            String reason = String.valueOf(waiting.get().getReason());
            String message = reason + ": " + waiting.get().getMessage();
            if (NO_IMAGE.contains(reason)) {
                return Optional.of(new Occupant.Stuck(EndClass.ImageUnavailable, message));
            }
            if (NO_CONTAINER.contains(reason)) {
                return Optional.of(new Occupant.Stuck(EndClass.PodRefused, message));
            }
        }
        boolean patient = now.isBefore(created.plus(PATIENCE));
        boolean running =
                PodReader.container(pod)
                        .map(c -> c.getState() != null && c.getState().getWaiting() == null)
                        .orElse(false);
        if (patient || running) {
            return Optional.empty();
        }
        Optional<PodCondition> unscheduled =
                PodReader.condition(pod, "PodScheduled").filter(c -> "False".equals(c.getStatus()));
        if (unscheduled.isPresent()) {
            return Optional.of(
                    new Occupant.Stuck(
                            EndClass.Unschedulable,
                            unscheduled.get().getReason() + ": " + unscheduled.get().getMessage()));
        }
        return events.apply(pod).stream()
                .filter(e -> TELLING.containsKey(e.getReason()))
                .findFirst()
                .map(
                        e ->
                                new Occupant.Stuck(
                                        Objects.requireNonNull(TELLING.get(e.getReason())),
                                        e.getReason() + ": " + e.getMessage()));
    }
}
