package io.brainmatrix.operator.matrix;

/** Something to be done about scouts; each is safe to repeat, and to forget. */
public sealed interface ScoutStep {
    /** Have one look for an instance's model on a node, where this life found none. */
    record Send(String instance, long life, String node) implements ScoutStep {}

    /** End one that nobody waits for any more. */
    record Recall(String pod, String uid) implements ScoutStep {}
}
