package io.brainmatrix.chronicle.store;

/**
 * Why nothing can be stored now.
 *
 * @param message the database's words, and what to do
 */
public record Fault(Kind kind, String message) {
    /** What is the matter. */
    public enum Kind {
        /** The store is not open yet. */
        Opening,
        /** The disk, or the database's own bound, is full. */
        DiskFull,
        /** What is stored cannot be read any more. */
        Corrupted,
        /** The database does not answer, or another chronicle writes to it. */
        Unreachable,
        /** The disk failed, or any other cause. */
        Failed
    }
}
