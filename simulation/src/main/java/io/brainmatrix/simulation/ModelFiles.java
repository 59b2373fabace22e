package io.brainmatrix.simulation;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.InstanceStatus;
import io.brainmatrix.api.v1alpha1.Reason;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Where the model's file is. In one history of twenty no node has it at first, and it comes to each
 * in its own time; what an operator must make of that is judged here.
 */
final class ModelFiles {
    private static final long LATE = 20;

    /** Until then after the calm's beginning, in ms, every wait has ended once. */
    private static final long LONGEST_WAIT = 6 * 60_000;

    private static final long SPREAD = 2 * 60_000;

    /** A short wait, a scout's looks, a pass and room, in ms. */
    private static final long NOTICED = 15_000;

    /** So much more than a scout needs that its node cannot but have room for it. */
    private static final long ROOM = 128 * PaperNode.MI;

    private final World world;

    /** Its own: histories in which no file is late stay what they were without it. */
    private final SplittableRandom random;

    private final Set<String> missing = new HashSet<>();
    private final boolean late;

    /** Who waited on a node, as its status says, when the file came there; and does since. */
    private final Set<String> watched = new HashSet<>();

    ModelFiles(World world, long seed) {
        this.world = world;
        late = seed % LATE == LATE / 2;
        random = new SplittableRandom(-seed);
    }

    /** A node is there. */
    void node(PaperNode node) {
        if (late) {
            missing.add(node.name());
            if (random.nextBoolean()) {
                world.time.in(random.nextLong(120_000), () -> comes(node));
            }
        }
    }

    boolean isOn(String node) {
        return !missing.contains(node);
    }

    /** Whether some node still waits for it. */
    boolean pending() {
        return !missing.isEmpty();
    }

    private void comes(PaperNode node) {
        if (missing.remove(node.name())) {
            world.time.note("the model's file comes to " + node.name());
            node.fileCame();
        }
    }

    /** What has not come comes now, and is to be noticed. */
    void calm() {
        for (PaperNode node : world.nodes()) {
            if (!isOn(node.name())) {
                world.time.in(
                        LONGEST_WAIT + random.nextLong(SPREAD),
                        () -> {
                            comes(node);
                            watch(node);
                            world.time.in(NOTICED, () -> noticed(node));
                        });
            }
        }
    }

    private void watch(PaperNode node) {
        for (BrainMatrix matrix : world.server.list(BrainMatrix.class)) {
            statuses(matrix)
                    .filter(i -> waitsOn(node, i))
                    .forEach(i -> watched.add(key(node, matrix, i)));
        }
    }

    /** A status was written: one that goes to another node is looked after there. */
    void told(BrainMatrix matrix) {
        for (PaperNode node : world.nodes()) {
            statuses(matrix)
                    .filter(i -> !waitsOn(node, i))
                    .forEach(i -> watched.remove(key(node, matrix, i)));
        }
    }

    private void noticed(PaperNode node) {
        if (world.checks.free(node) < ROOM) {
            return; // no room for a scout is none for the instance
        }
        for (BrainMatrix matrix : world.server.list(BrainMatrix.class)) {
            statuses(matrix)
                    .filter(i -> watched.contains(key(node, matrix, i)))
                    .findFirst()
                    .ifPresent(
                            i -> {
                                throw new Checks.Violation(
                                        "R4: the model's file came to %s %d ms ago, and %s/%s waits until %s because it is missing"
                                                .formatted(
                                                        node.name(),
                                                        NOTICED,
                                                        PaperServer.key(matrix),
                                                        i.name(),
                                                        i.nextAttempt()));
                            });
        }
    }

    private boolean waitsOn(PaperNode node, InstanceStatus instance) {
        return instance.reason() == Reason.ModelMissing
                && node.name().equals(instance.node())
                && instance.modelMissingOn().contains(node.name())
                && instance.nextAttempt() != null
                && instance.nextAttempt().isAfter(world.time.instant());
    }

    private static Stream<InstanceStatus> statuses(BrainMatrix matrix) {
        return matrix.getStatus() == null
                ? Stream.empty()
                : matrix.getStatus().instances().stream();
    }

    private static String key(PaperNode node, BrainMatrix matrix, InstanceStatus instance) {
        return node.name() + " " + matrix.getMetadata().getUid() + " " + instance.name();
    }
}
