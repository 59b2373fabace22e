package io.brainmatrix.operator.recovery;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a pod wrote to its termination message before it ended, see {@code
 * contracts/termination-message.json}.
 *
 * @param phase what it was doing
 * @param reason its own name for its end; empty when it was ended from outside
 * @param message a sentence for people; empty when it had nothing to say
 * @param peak the most memory it used, in bytes
 */
public record LastWords(
        Optional<String> phase,
        Optional<String> reason,
        Optional<String> message,
        OptionalLong peak) {
    /** A pod that left no message, or one that cannot be read. */
    public static LastWords none() {
        return new LastWords(
                Optional.empty(), Optional.empty(), Optional.empty(), OptionalLong.empty());
    }
}
