package io.brainmatrix.operator.recovery;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a pod wrote to its termination message before it ended, see {@code
 * contracts/termination-message.json}.
 *
 * @param phase what it was doing
 * @param reason its own name for its end; empty when it was ended from outside
 * @param message a sentence for people; empty when it had nothing to say
 * @param engine the last useful line of its engine's log; empty before there was one
 * @param peak the most memory it used, in bytes
 * @param bootId of the kernel that it ran under
 * @param looks its latest looks at its memory, newest first; current to within a second while it
 *     lived
 */
public record LastWords(
        Optional<String> phase,
        Optional<String> reason,
        Optional<String> message,
        Optional<String> engine,
        OptionalLong peak,
        Optional<String> bootId,
        List<Look> looks) {
    /**
     * One look at its memory.
     *
     * @param at on its node's clock
     * @param used bytes that cannot be reclaimed
     * @param nodeAvailable bytes that its node could still give; 0 from a pod that did not say
     */
    public record Look(Instant at, long used, long nodeAvailable) {}

    public LastWords {
        looks = List.copyOf(looks);
    }

    /** A pod that left no message, or one that cannot be read. */
    public static LastWords none() {
        return new LastWords(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                List.of());
    }

    /** The same with another sentence for people. */
    public LastWords saying(String sentence) {
        return new LastWords(phase, reason, Optional.of(sentence), engine, peak, bootId, looks);
    }
}
