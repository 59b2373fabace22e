package io.brainmatrix.operator.recovery;

import io.brainmatrix.api.v1alpha1.Crash;
import io.brainmatrix.api.v1alpha1.Crashes;
import io.brainmatrix.api.v1alpha1.EndClass;
import java.util.Optional;

/** Which ends are deaths, and which use up a try; see the table in docs/api/brainmatrix.md. */
public final class Ends {
    private Ends() {}

    /** Whether an end is a death that uses a try. */
    public static boolean usesTry(EndClass end) {
        return switch (end) {
            case OutOfMemory,
                    NodeOutOfMemory,
                    LoadAborted,
                    LoadTimedOut,
                    GuardEnded,
                    EngineFault,
                    Hung,
                    Killed,
                    Unclassified ->
                    true;
            case ShedForNode,
                    NodeRebooted,
                    NodeLost,
                    Evicted,
                    ConfigurationFault,
                    ImageUnavailable,
                    MountFailed,
                    Unschedulable,
                    PodRefused,
                    Stopped ->
                    false;
        };
    }

    /**
     * Whether an end is a death that the instance itself is told of: one that uses a try, or one
     * for the node's sake.
     */
    public static boolean isTold(EndClass end) {
        return usesTry(end) || end == EndClass.ShedForNode;
    }

    /** The latest end that the instance itself is told of as a death. */
    public static Optional<Crash> lastTold(Crashes crashes) {
        return crashes.recent().stream()
                .filter(c -> c.endClass() != null && isTold(c.endClass()))
                .findFirst();
    }

    /** Whether an end is a fault that is tried again with a growing delay. */
    public static boolean isFault(EndClass end) {
        return switch (end) {
            case ConfigurationFault, ImageUnavailable, MountFailed, Unschedulable, PodRefused ->
                    true;
            default -> false;
        };
    }
}
