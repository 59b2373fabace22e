package io.brainmatrix.simulation;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.Crash;
import io.brainmatrix.api.v1alpha1.EndClass;
import io.brainmatrix.api.v1alpha1.InstanceStatus;
import io.brainmatrix.operator.workload.WorkloadNames;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is judged of deaths: counted once and never forgotten (R6), called by a name that fits what
 * really happened, their cost bounded (R8), and what the pod knew kept (R10).
 */
final class DeathChecks {
    private static final Set<Integer> DEATHS =
            Set.of(3, 30, 31, 32, 40, 42, 127, 134, 137, 139, 143);

    /** Names that the operator itself may give to an end. */
    static final Set<EndClass> ENDED_BY_OPERATOR =
            Set.of(
                    EndClass.LoadTimedOut,
                    EndClass.ImageUnavailable,
                    EndClass.MountFailed,
                    EndClass.Unschedulable,
                    EndClass.PodRefused);

    /** The defaults of {@code spec.recovery}, which all simulated matrices have, in ms. */
    private static final List<Long> BACKOFF = List.of(3_000L, 5_000L, 10_000L);

    private static final long RESET_AFTER = 600_000;

    /** Wait after an end for the node's sake, in ms. */
    private static final long SHED_WAIT = 10_000;

    private static final int MODEL_MISSING = 11;

    /** Least wait after a life that found no file, in ms, unless it comes meanwhile. */
    private static final long FAULT_WAIT = 10_000;

    /** What a node's clock that is off may take from a wait, in ms; one that is right nothing. */
    private static final long CLOCK_TAKES = 2_000;

    /** Deaths that are certain to be told, and those that may be. */
    private record Tally(long certain, long possible) {}

    /** An instance's certain deaths since a person last touched its matrix. */
    private static final class Loop {
        int inARow;
        long notBefore;
        @Nullable String missedOn;
        boolean edited;
    }

    private final World world;
    private final Map<String, Tally> deaths = new HashMap<>();
    private final Map<String, Loop> loops = new HashMap<>();
    private final Set<String> timedOut = new HashSet<>();

    DeathChecks(World world) {
        this.world = world;
    }

    // --- what really happens -----------------------------------------------------------------

    /** A process ended; remembers what must be counted. */
    void ended(PaperNode node, PaperNode.Process process) {
        if (!process.ours || process.evicted) {
            return;
        }
        Pod pod =
                world.server.list(Pod.class).stream()
                        .filter(p -> process.podUid.equals(p.getMetadata().getUid()))
                        .findFirst()
                        .orElse(null);
        if (pod == null) {
            return;
        }
        // One that somebody was about to end, or whose node goes before it could tell, may be
        // called by another name.
        boolean doubtful =
                pod.getMetadata().getDeletionTimestamp() != null
                        || Pods.annotation(pod, WorkloadNames.STOPPING) != null
                        || !node.kubeletUp();
        if (!doubtful) {
            wait(node, pod, process);
            if (process.exitCode == MODEL_MISSING) {
                missed(pod, node, process);
            }
        }
        if (!DEATHS.contains(process.exitCode)) {
            return;
        }
        Tally before = deaths.getOrDefault(owner(pod), new Tally(0, 0));
        deaths.put(
                owner(pod),
                new Tally(before.certain() + (doubtful ? 0 : 1), before.possible() + 1));
        process.deathOf = owner(pod);
        process.certain = !doubtful;
    }

    private void missed(Pod pod, PaperNode node, PaperNode.Process process) {
        Loop loop = loops.computeIfAbsent(owner(pod), o -> new Loop());
        loop.notBefore = process.diedAt - clockTakes(node) + FAULT_WAIT;
        loop.missedOn = node.name();
    }

    private static long clockTakes(PaperNode node) {
        return node.clockIsRight() ? 0 : CLOCK_TAKES;
    }

    private void wait(PaperNode node, Pod pod, PaperNode.Process process) {
        Loop loop = loops.computeIfAbsent(owner(pod), o -> new Loop());
        long from = process.diedAt - clockTakes(node);
        if (process.exitCode == 33) {
            loop.notBefore = from + SHED_WAIT;
        } else if (DEATHS.contains(process.exitCode)) {
            boolean stable = process.diedAt - process.started >= RESET_AFTER;
            loop.inARow = stable ? 1 : loop.inARow + 1;
            loop.notBefore =
                    loop.inARow > BACKOFF.size()
                            ? Long.MAX_VALUE
                            : from + BACKOFF.get(loop.inARow - 1);
        }
    }

    /** A load that the operator ended is a death by its own word, whatever the exit looks like. */
    void timedOut(Pod pod) {
        if (timedOut.add(pod.getMetadata().getUid())) {
            Tally before = deaths.getOrDefault(owner(pod), new Tally(0, 0));
            deaths.put(owner(pod), new Tally(before.certain(), before.possible() + 1));
        }
    }

    /** A death that was certain to be told is so no longer: its node went before it could tell. */
    void doubt(PaperNode.Process process) {
        if (process.certain && process.deathOf != null) {
            Tally before = deaths.getOrDefault(process.deathOf, new Tally(1, 1));
            deaths.put(process.deathOf, new Tally(before.certain() - 1, before.possible()));
            process.certain = false;
            loops.remove(process.deathOf);
        }
    }

    /** A person changed a matrix: whom it touched has all tries again, and nobody must wait. */
    void edited(BrainMatrix matrix) {
        matrix.getSpec()
                .instances()
                .forEach(
                        i ->
                                loops.computeIfAbsent(
                                                        matrix.getMetadata().getUid()
                                                                + "/"
                                                                + i.name(),
                                                        o -> new Loop())
                                                .edited =
                                        true);
    }

    // --- what the operator makes of it -------------------------------------------------------

    /** R8: a pod was made; it must not come before its instance's wait is over. */
    void admitted(Pod pod) {
        Loop loop = loops.get(owner(pod));
        if (loop == null) {
            return;
        }
        if (loop.edited) {
            loops.remove(owner(pod));
            return;
        }
        long now = world.time.now();
        if (loop.missedOn != null) {
            boolean came =
                    world.models.isOn(loop.missedOn)
                            || world.models.isOn(String.valueOf(Pods.nodeOf(pod)));
            loop.missedOn = null;
            if (came) {
                loop.notBefore = 0;
                return;
            }
        }
        if (loop.notBefore > now) {
            throw new Checks.Violation(
                    loop.notBefore == Long.MAX_VALUE
                            ? "R8: %s is let in after %d deaths in a row"
                                    .formatted(PaperServer.key(pod), loop.inARow)
                            : "R8: %s is let in %d ms before its wait is over"
                                    .formatted(PaperServer.key(pod), loop.notBefore - now));
        }
    }

    /** R6, R10: a status was written. */
    void counted(BrainMatrix before, BrainMatrix now) {
        if (before.getStatus() == null || now.getStatus() == null) {
            return;
        }
        Map<String, InstanceStatus> old = new HashMap<>();
        before.getStatus().instances().forEach(i -> old.put(i.name(), i));
        for (InstanceStatus instance : now.getStatus().instances()) {
            InstanceStatus then = old.remove(instance.name());
            String key = now.getMetadata().getUid() + "/" + instance.name();
            long total = total(instance);
            if (then != null && (total < total(then) || lives(instance) < lives(then))) {
                throw new Checks.Violation("R6: deaths or lives of " + key + " shrink");
            }
            long possible = deaths.getOrDefault(key, new Tally(0, 0)).possible();
            if (total > possible) {
                throw new Checks.Violation(
                        "R6: %s counts %d deaths and had at most %d"
                                .formatted(key, total, possible));
            }
            written(key, instance, then);
        }
        if (!old.isEmpty()) {
            throw new Checks.Violation("R6: the status forgets " + old.keySet());
        }
    }

    private void written(String key, InstanceStatus instance, @Nullable InstanceStatus then) {
        Set<String> known = new HashSet<>();
        if (then != null) {
            recent(then).forEach(c -> known.add(c.podUid()));
        }
        for (Crash crash : recent(instance)) {
            if (known.add(crash.podUid())) {
                named(key, crash);
            } else if (recent(instance).stream()
                            .filter(c -> c.podUid().equals(crash.podUid()))
                            .count()
                    > 1) {
                throw new Checks.Violation("R6: %s writes an end down twice".formatted(key));
            }
        }
    }

    private void named(String key, Crash crash) {
        PaperNode.Process process = world.process(crash.podUid());
        EndClass name = crash.endClass();
        if (process == null || name == null) {
            return; // its node never heard of it
        }
        if (!process.mayBeCalled.contains(name)) {
            throw new Checks.Violation(
                    "R6: the end of life %s of %s is called %s and was %s"
                            .formatted(crash.life(), key, name, process.mayBeCalled));
        }
        boolean nodeTold = name != EndClass.NodeLost && name != EndClass.NodeRebooted;
        if (nodeTold
                && name == process.cause
                && process.lastPeak > 0
                && !Long.valueOf(process.lastPeak).equals(crash.peak())) {
            throw new Checks.Violation(
                    "R10: life %s of %s left a peak of %d, the status has %s"
                            .formatted(crash.life(), key, process.lastPeak, crash.peak()));
        }
    }

    /** At the end of a history: an instance that counts less than what was certain to be told. */
    Optional<String> forgotten(String owner, InstanceStatus status) {
        Tally tally = deaths.getOrDefault(owner, new Tally(0, 0));
        return total(status) < tally.certain()
                ? Optional.of(
                        "R6: %s counts %d deaths and had at least %d"
                                .formatted(owner, total(status), tally.certain()))
                : Optional.empty();
    }

    static String owner(Pod pod) {
        return Pods.annotation(pod, WorkloadNames.MATRIX_UID)
                + "/"
                + pod.getMetadata().getLabels().get(WorkloadNames.INSTANCE);
    }

    private static List<Crash> recent(InstanceStatus instance) {
        return instance.crashes() == null ? List.of() : instance.crashes().recent();
    }

    private static long total(InstanceStatus instance) {
        return instance.crashes() == null || instance.crashes().total() == null
                ? 0
                : instance.crashes().total();
    }

    private static long lives(InstanceStatus instance) {
        return instance.lives() == null ? 0 : instance.lives();
    }
}
