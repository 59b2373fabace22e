package io.brainmatrix.simulation;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One seed, from its first happening to its end. */
final class History {
    /** Happenings before everything calms down. */
    private static final int ROUGH_STEPS = 500;

    /**
     * Virtual milliseconds after which everything must have come right: the longest delays, and
     * room.
     */
    private static final long CALM_MILLIS = 30 * 60_000;

    private static final long LOOK = 5_000;

    /**
     * How it went.
     *
     * @param steps happenings
     * @param admissions pods that operators made
     * @param early those made before any operator had heard that they were placed
     * @param said every reason that a status had, of an instance or a condition
     * @param violation what was broken; empty when nothing was
     * @param lines the latest happenings before a violation
     */
    record Outcome(
            long seed,
            long steps,
            long admissions,
            long early,
            long millis,
            Set<String> said,
            Optional<String> violation,
            List<String> lines) {}

    private History() {}

    static Outcome of(long seed) {
        World world = new World(seed);
        Optional<String> violation;
        try {
            violation = run(world);
        } catch (Checks.Violation e) {
            violation = Optional.of(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            java.io.StringWriter trace = new java.io.StringWriter();
            e.printStackTrace(new java.io.PrintWriter(trace));
            violation = Optional.of("an operator's pass throws " + trace);
        }
        return new Outcome(
                seed,
                world.time.steps(),
                world.checks.admissions(),
                world.checks.early(),
                world.time.now(),
                Set.copyOf(world.checks.said()),
                violation,
                violation.isEmpty() ? List.of() : world.time.history());
    }

    private static Optional<String> run(World world) {
        Users users = new Users(world);
        users.begin();
        while (world.time.steps() < ROUGH_STEPS && world.time.step()) {}
        users.calm();
        long end = world.time.now() + CALM_MILLIS;
        long look = world.time.now() + LOOK;
        Optional<String> unresolved = Optional.of("");
        while (world.time.now() < end && world.time.next() != Long.MAX_VALUE) {
            world.time.step();
            if (world.time.now() >= look) {
                unresolved = world.checks.unresolved();
                if (unresolved.isEmpty()) {
                    return unresolved;
                }
                look = world.time.now() + LOOK;
            }
        }
        return unresolved;
    }
}
