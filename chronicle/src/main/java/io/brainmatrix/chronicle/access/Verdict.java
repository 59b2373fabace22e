package io.brainmatrix.chronicle.access;

import io.brainmatrix.chronicle.store.Scope;

/** Whether something may be done. */
public sealed interface Verdict {
    /**
     * It may.
     *
     * @param scope of whom may be read
     */
    record Allowed(Scope scope) implements Verdict {}

    /**
     * It may not.
     *
     * @param why for the caller to read: tells nothing of others
     */
    record Forbidden(String why) implements Verdict {}
}
