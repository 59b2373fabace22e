package io.brainmatrix.operator.matrix;

import java.time.Instant;
import java.util.Optional;

/** Something to be done about scouts; each is safe to repeat, and to forget. */
public sealed interface ScoutStep {
    /**
     * Have one look for an instance's model on a node, where this life found none or a wrong one.
     *
     * @param wrongUntil when that life ended, by the node's clock, if the file was wrong: one that
     *     has not changed since is still the same; empty where it was missing
     */
    record Send(String instance, long life, String node, Optional<Instant> wrongUntil)
            implements ScoutStep {}

    /** End one that nobody waits for any more. */
    record Recall(String pod, String uid) implements ScoutStep {}
}
