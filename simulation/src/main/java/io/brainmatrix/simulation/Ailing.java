package io.brainmatrix.simulation;

import java.util.SplittableRandom;
import java.util.regex.Pattern;

/**
 * Instances whose engine crashes in every life, soon after it has begun to load or to serve: in one
 * history of ten the first one of each matrix. So its tries are used up, it is suspended, and
 * people who touch it give it new ones.
 */
final class Ailing {
    private static final long SOME = 10;
    private static final Pattern FIRST = Pattern.compile("-a-\\d+$");

    /** Longest service, in ms: far from what makes a row of deaths begin anew. */
    private static final long SERVES = 5_000;

    private final World world;

    /** Its own: histories in which nobody ails stay what they were without it. */
    private final SplittableRandom random;

    private final boolean any;

    Ailing(World world, long seed) {
        this.world = world;
        any = seed % SOME == SOME / 2 + 2;
        random = new SplittableRandom(~seed);
    }

    /** A process begins a load that takes so many ms. */
    void loads(PaperNode node, PaperNode.Process process, long load) {
        if (any && FIRST.matcher(process.pod).find()) {
            world.time.in(random.nextLong(load + SERVES), () -> node.engineCrashes(process));
        }
    }
}
