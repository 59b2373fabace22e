package io.brainmatrix.chronicle.store;

/** A batch that was not taken, no part of it. */
@SuppressWarnings("serial") // never serialized
public final class Refused extends Exception {
    /** Why. */
    public enum Cause {
        /** Its key is stored with other contents. */
        Contradiction,
        /** A later number of its life and kind is stored already. */
        OutOfOrder,
        /** Too much waits to be stored: try again. */
        Busy,
        /** Nothing can be stored now: try again. */
        Faulty
    }

    private final Cause cause;
    private final int index;

    Refused(Cause cause, int index, String message) {
        super(message);
        this.cause = cause;
        this.index = index;
    }

    /** Why. */
    public Cause why() {
        return cause;
    }

    /** Place of the entry at fault in its batch; -1 when it is none's. */
    public int index() {
        return index;
    }
}
