package io.brainmatrix.operator.admission;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Who of those behind one that waits for memory may pass it.
 *
 * <p>Passing always would starve a big one: newcomers would take each bit of memory that becomes
 * free. Never passing would starve the small ones behind a big one whose room nobody gives back. So
 * they take turns: for the first {@link #LENGTH} all pass, then for as long newcomers leave what
 * becomes free to the one that waits, then all pass again, and so on. An instance that returns from
 * a death passes always: the memory was its own.
 *
 * <p>The turn is computed from when the status says that the waiting began: a restarted operator
 * goes on with the same one.
 */
record Turn(Candidate waits, Instant until) {
    /** Long enough for a node to be emptied by what ends there, short enough to bear. */
    static final Duration LENGTH = Duration.ofMinutes(10);

    /** The turn that the one that waits has now, if it has one. */
    static Optional<Turn> of(Candidate waits, Instant now) {
        return waits.waitingSince()
                .filter(since -> since.isBefore(now))
                .filter(since -> turns(since, now) % 2 == 1)
                .map(
                        since ->
                                new Turn(
                                        waits,
                                        since.plus(LENGTH.multipliedBy(turns(since, now) + 1))));
    }

    private static long turns(Instant since, Instant now) {
        return Duration.between(since, now).dividedBy(LENGTH);
    }

    /** Whether the other one must wait for it. */
    boolean holdsBack(Candidate other) {
        return !other.returning();
    }
}
