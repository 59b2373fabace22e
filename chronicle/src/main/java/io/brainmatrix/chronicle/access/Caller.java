package io.brainmatrix.chronicle.access;

import io.brainmatrix.chronicle.entry.Origin;
import java.util.Set;

/** Who asks, proved. */
public sealed interface Caller {
    /** A name to count by; never told to others. */
    String name();

    /**
     * The pod of an instance's present life.
     *
     * @param watches the instances of its matrix that it watches, as its spec says now
     */
    record Instance(Origin of, long life, Set<String> watches) implements Caller {
        public Instance {
            watches = Set.copyOf(watches);
        }

        @Override
        public String name() {
            return of.matrixUid() + "/" + of.instance();
        }
    }

    /** The operator of this release. */
    record Operator(String name) implements Caller {}

    /**
     * A person, or a program that was let in like one.
     *
     * @param reads whether they may read everything
     * @param readsNamespaces those that they may read otherwise, of those that they asked for
     * @param imports whether they may import
     */
    record Person(String name, boolean reads, Set<String> readsNamespaces, boolean imports)
            implements Caller {
        public Person {
            readsNamespaces = Set.copyOf(readsNamespaces);
        }
    }

    /**
     * Somebody who has proved who they are, and is none of the others.
     *
     * @param why for them to read
     */
    record Stranger(String name, String why) implements Caller {}
}
