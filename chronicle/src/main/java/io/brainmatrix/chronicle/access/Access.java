package io.brainmatrix.chronicle.access;

import io.brainmatrix.chronicle.entry.Entry;
import io.brainmatrix.chronicle.store.Scope;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may write and read what. What an instance may do follows from itself and what it watches
 * alone: never from who watches it.
 */
public final class Access {
    private static final Verdict YES = new Verdict.Allowed(new Scope.All());

    private Access() {}

    /** Whether an entry may be written: one's own thoughts; by the operator, what happened. */
    public static Verdict append(Caller caller, Entry entry) {
        return switch (caller) {
            case Caller.Instance own -> appendOwn(own, entry);
            case Caller.Operator operator ->
                    entry.kind().byOperator() ? YES : no("the operator tells no " + entry.kind());
            case Caller.Person person -> append(person);
            case Caller.Stranger stranger -> append(stranger);
        };
    }

    /** Whether a caller may append anything at all; asked before its entries are looked at. */
    public static Verdict append(Caller caller) {
        return switch (caller) {
            case Caller.Instance own -> YES;
            case Caller.Operator operator -> YES;
            case Caller.Person person -> no("people append nothing; they may import");
            case Caller.Stranger stranger -> no(stranger.why());
        };
    }

    private static Verdict appendOwn(Caller.Instance own, Entry entry) {
        if (!entry.of().equals(own.of())) {
            return no("an instance tells of itself only");
        }
        if (entry.life() != own.life()) {
            return no("an instance tells of its present life only, which is " + own.life());
        }
        return entry.kind().byInstance() ? YES : no("an instance tells no " + entry.kind());
    }

    /** Whose entries may be read: of those watched; by people, what their rights are for. */
    public static Verdict read(Caller caller, Asked asked) {
        return switch (caller) {
            case Caller.Instance own -> watched(own, asked);
            case Caller.Operator operator -> no("the operator reads no thoughts");
            case Caller.Person person -> person(person, asked);
            case Caller.Stranger stranger -> no(stranger.why());
        };
    }

    private static Verdict watched(Caller.Instance own, Asked asked) {
        if (own.watches().isEmpty()) {
            return no("an instance reads those that it watches, and this one watches nobody");
        }
        if (differs(asked.namespace(), own.of().namespace())
                || differs(asked.matrix(), own.of().matrix())) {
            return no("an instance reads of its own matrix only");
        }
        if (asked.instance() == null) {
            return allowed(own, own.watches());
        }
        return own.watches().contains(asked.instance())
                ? allowed(own, Set.of(asked.instance()))
                : no("an instance reads those that it watches only");
    }

    private static boolean differs(@Nullable String asked, String own) {
        return asked != null && !asked.equals(own);
    }

    private static Verdict allowed(Caller.Instance own, Set<String> names) {
        return new Verdict.Allowed(new Scope.Instances(own.of().matrixUid(), names));
    }

    private static Verdict person(Caller.Person person, Asked asked) {
        if (person.reads()) {
            return YES;
        }
        if (asked.namespace() == null) {
            return no(
                    "needs `get` of `brainmatrices/chronicle` in all namespaces; name one with `namespace`");
        }
        return person.readsNamespaces().contains(asked.namespace())
                ? new Verdict.Allowed(new Scope.Namespace(asked.namespace()))
                : no("needs `get` of `brainmatrices/chronicle` in that namespace");
    }

    /** Whether numbers may be read: the operator reads those of all. */
    public static Verdict statistics(Caller caller, Asked asked) {
        return caller instanceof Caller.Operator ? YES : read(caller, asked);
    }

    /** Whether the caller's own history may be read. */
    public static Verdict history(Caller caller) {
        return switch (caller) {
            case Caller.Instance own -> allowed(own, Set.of(own.of().instance()));
            case Caller.Operator operator -> no("only an instance has a history of its own");
            case Caller.Person person -> no("only an instance has a history of its own");
            case Caller.Stranger stranger -> no(stranger.why());
        };
    }

    /** Whether an export may be read back in. */
    public static Verdict imports(Caller caller) {
        return switch (caller) {
            case Caller.Person person ->
                    person.imports()
                            ? YES
                            : no("needs `create` of `brainmatrices/chronicle` in all namespaces");
            case Caller.Instance own -> no("an instance imports nothing");
            case Caller.Operator operator -> no("the operator imports nothing");
            case Caller.Stranger stranger -> no(stranger.why());
        };
    }

    private static Verdict no(String why) {
        return new Verdict.Forbidden(why);
    }
}
