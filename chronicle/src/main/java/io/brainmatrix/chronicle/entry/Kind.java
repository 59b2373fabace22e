package io.brainmatrix.chronicle.entry;

/** What an entry tells. */
public enum Kind {
    /** A thought that came to its end. */
    Thought(true, false),
    /**
     * What of a thought was there when a life ended; told by the pod or, in its place, by the
     * operator, or of one that was killed, what its pod had told of it while it was under way.
     */
    PartialThought(true, true),
    /** The end of a life that was not asked for. */
    Death(false, true),
    /** A life after the first has begun. */
    Resurrection(false, true),
    /** No further life is begun until a person or an edit asks for it. */
    Suspension(false, true);

    private final boolean byInstance;
    private final boolean byOperator;

    Kind(boolean byInstance, boolean byOperator) {
        this.byInstance = byInstance;
        this.byOperator = byOperator;
    }

    /** Whether an instance tells it of itself. */
    public boolean byInstance() {
        return byInstance;
    }

    /** Whether the operator tells it. */
    public boolean byOperator() {
        return byOperator;
    }
}
