package io.brainmatrix.pod.lifecycle;

/**
 * Ends the life with its own exit code; the message is a sentence for people and says what to
 * change.
 */
@SuppressWarnings("serial") // never serialized
public final class Refusal extends Exception {
    private final ExitCode code;

    /** A refusal with what was seen, what was needed and what to change. */
    public Refusal(ExitCode code, String message) {
        super(message);
        this.code = code;
    }

    /** How the process shall end. */
    public ExitCode code() {
        return code;
    }
}
