package io.brainmatrix.chronicle.store;

/** What became of an entry that was taken. */
public enum Outcome {
    /** It is stored now. */
    Stored,
    /** The same was stored before. */
    Duplicate,
    /** It was stored before, and retention has taken it away since. */
    Removed
}
