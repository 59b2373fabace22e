package io.brainmatrix.operator.recovery;

import io.brainmatrix.api.v1alpha1.EndClass;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * What ended a life: an ordered table, the first row that matches wins.
 *
 * <p>The operator's own deletions come first: what it asked for is no death, whatever the exit
 * looked like. Then what the world did to the node or the pod, then what the container itself says.
 */
public final class EndClassifier {
    /**
     * What the operator may write into a pod's {@code brainmatrix.io/stopping} that is itself a
     * class.
     */
    private static final Set<EndClass> DECLARED =
            Set.of(
                    EndClass.LoadTimedOut,
                    EndClass.ImageUnavailable,
                    EndClass.MountFailed,
                    EndClass.Unschedulable,
                    EndClass.PodRefused);

    /** What is collected since its node has gone is no eviction. */
    private static final String POD_GC = "DeletionByPodGC";

    static final int SIGKILLED = 137;

    /**
     * Without a look at its own memory for as long it was stopped or starved: the guard looks every
     * 100 ms and the black box is written every second; the liveness probe takes a minute.
     */
    private static final Duration FROZEN = Duration.ofSeconds(4);

    /** SIGKILL, SIGTERM, and what a runtime says of a container that it finds dead at its start. */
    private static final Set<Integer> SHUT_DOWN = Set.of(SIGKILLED, 143, 255);

    /** SIGABRT and SIGSEGV of a process that is not pid 1; as pid 1 both end in 127. */
    private static final Set<Integer> CRASHED = Set.of(127, 134, 139);

    private static final List<Function<PodEnd, Optional<EndClass>>> ROWS =
            List.of(
                    EndClassifier::declared,
                    EndClassifier::nodeVanished,
                    EndClassifier::evicted,
                    EndClassifier::neverStarted,
                    EndClassifier::killed,
                    EndClassifier::ownCode);

    private EndClassifier() {}

    /** Classifies an end; total. */
    public static EndClass classify(PodEnd end) {
        return ROWS.stream()
                .flatMap(row -> row.apply(end).stream())
                .findFirst()
                .orElse(EndClass.Unclassified);
    }

    private static Optional<EndClass> declared(PodEnd end) {
        if (end.stopping().isEmpty()) {
            return Optional.empty();
        }
        String why = end.stopping().get();
        if (why.equals(EndClass.LoadTimedOut.name()) && !end.started()) {
            return Optional.of(EndClass.PodRefused); // no container ever ran: nobody died
        }
        return Optional.of(
                DECLARED.stream()
                        .filter(c -> c.name().equals(why))
                        .findFirst()
                        .orElse(EndClass.Stopped));
    }

    private static Optional<EndClass> nodeVanished(PodEnd end) {
        if (end.rebooted() && !tellsItself(end)) {
            return Optional.of(EndClass.NodeRebooted);
        }
        boolean lost =
                end.nodeGone()
                        || end.podReason().filter("NodeLost"::equals).isPresent()
                        || end.disruptions().contains(POD_GC);
        return lost && !tellsItself(end) ? Optional.of(EndClass.NodeLost) : Optional.empty();
    }

    /** An end that a shutdown does not look like: it happened before the reboot, or after it. */
    private static boolean tellsItself(PodEnd end) {
        return end.exitCode().isPresent()
                && (!SHUT_DOWN.contains(end.exitCode().getAsInt())
                        || end.containerReason().filter("OOMKilled"::equals).isPresent());
    }

    /** Whether its exit code is one with which nobody but the process itself ends it. */
    static boolean endedItself(PodEnd end) {
        return ownCode(end)
                .filter(c -> c != EndClass.Killed && c != EndClass.PodRefused)
                .isPresent();
    }

    private static Optional<EndClass> evicted(PodEnd end) {
        boolean evicted =
                end.podReason()
                                .filter(r -> r.equals("Evicted") || r.equals("Preempting"))
                                .isPresent()
                        || end.disruptions().stream().anyMatch(d -> !d.equals(POD_GC));
        return evicted ? Optional.of(EndClass.Evicted) : Optional.empty();
    }

    private static Optional<EndClass> neverStarted(PodEnd end) {
        return end.started() ? Optional.empty() : Optional.of(EndClass.PodRefused);
    }

    private static Optional<EndClass> killed(PodEnd end) {
        if (end.exitCode().isEmpty() || end.exitCode().getAsInt() != SIGKILLED) {
            return Optional.empty();
        }
        return Optional.of(
                switch (end.kernelKill()) {
                    case Seen -> killedWhileTheKernelKilled(end);
                    // A kill is told before the pod's end is: one that nobody has told of yet is
                    // no reason to believe a mark that the pod's own looks speak against.
                    case NotSeen, Unknown ->
                            marked(end) && ownLimit(end) ? EndClass.OutOfMemory : fromOutside(end);
                });
    }

    /**
     * The runtime's mark may be missing, on cgroup v1 where the node ran out, and when its report
     * lost a race; then only what the pod itself left can say that the kill was its own.
     */
    private static EndClass killedWhileTheKernelKilled(PodEnd end) {
        boolean tells = marked(end) || !end.lastWords().looks().isEmpty();
        if (!tells) {
            return EndClass.Killed;
        }
        return ownLimit(end) ? EndClass.OutOfMemory : EndClass.NodeOutOfMemory;
    }

    /**
     * An OOM anywhere in the pod, or at the limit of all pods on cgroup v1, marks every container
     * below it, and the mark stays: only with a SIGKILL can it be this container's own end.
     */
    static boolean marked(PodEnd end) {
        return end.containerReason().filter("OOMKilled"::equals).isPresent();
    }

    private static boolean ownLimit(PodEnd end) {
        return OwnLimit.reachable(end.lastWords().looks(), end.endedAt(), end.budget());
    }

    /**
     * Somebody killed it: the kubelet, when its liveness probe had no answer, if it had long
     * stopped looking at its own memory, which it does each second whatever the engine does.
     */
    private static EndClass fromOutside(PodEnd end) {
        boolean frozen =
                end.lastWords().looks().stream()
                        .findFirst()
                        .filter(look -> look.at().plus(FROZEN).isBefore(end.endedAt()))
                        .isPresent();
        return frozen ? EndClass.Hung : EndClass.Killed;
    }

    private static Optional<EndClass> ownCode(PodEnd end) {
        if (end.exitCode().isEmpty()) {
            return Optional.empty();
        }
        int code = end.exitCode().getAsInt();
        if (CRASHED.contains(code)) {
            return Optional.of(EndClass.EngineFault);
        }
        return switch (code) { // contracts/README.md
            case 10, 11, 12, 13, 14, 15, 20 -> Optional.of(EndClass.ConfigurationFault);
            case 3, 40 -> Optional.of(EndClass.EngineFault);
            case 30 -> Optional.of(EndClass.LoadAborted);
            case 31 -> Optional.of(EndClass.GuardEnded);
            case 32 -> Optional.of(EndClass.Hung);
            case 33 -> Optional.of(EndClass.ShedForNode);
            case 128 -> Optional.of(EndClass.PodRefused); // the runtime could not start it
            case 143 -> Optional.of(EndClass.Killed); // a SIGTERM that the operator did not ask for
            default -> Optional.empty();
        };
    }
}
