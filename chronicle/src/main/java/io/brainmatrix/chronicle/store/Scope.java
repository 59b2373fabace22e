package io.brainmatrix.chronicle.store;

import java.util.Set;

/** Of whom entries may be read. */
public sealed interface Scope {
    /** Of everybody. */
    record All() implements Scope {}

    /** Of all instances of one namespace. */
    record Namespace(String name) implements Scope {}

    /** Of some instances of one matrix. */
    record Instances(String matrixUid, Set<String> names) implements Scope {
        public Instances {
            names = Set.copyOf(names);
        }
    }
}
