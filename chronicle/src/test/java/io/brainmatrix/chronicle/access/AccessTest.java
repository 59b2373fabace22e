package io.brainmatrix.chronicle.access;

import static io.brainmatrix.chronicle.Entries.SUBJECT;
import static io.brainmatrix.chronicle.Entries.death;
import static io.brainmatrix.chronicle.Entries.origin;
import static io.brainmatrix.chronicle.Entries.thought;
import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.chronicle.entry.Entry;
import io.brainmatrix.chronicle.entry.Origin;
import io.brainmatrix.chronicle.store.Scope;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AccessTest {
    private static final Caller SUBJECT_POD = new Caller.Instance(SUBJECT, 3, Set.of());
    private static final Caller GOD_POD =
            new Caller.Instance(origin("god"), 1, Set.of("subject", "observer"));
    private static final Caller OPERATOR = new Caller.Operator("operator");
    private static final Caller ADMIN = new Caller.Person("admin", true, Set.of(), true);
    private static final Caller TENANT = new Caller.Person("t", false, Set.of("brains"), false);
    private static final Caller NOBODY = new Caller.Person("n", false, Set.of(), false);
    private static final Caller STRANGER = new Caller.Stranger("s", "who are you");
    private static final Asked OF_SUBJECT = new Asked(null, null, "subject");

    private static boolean may(Verdict verdict) {
        return verdict instanceof Verdict.Allowed;
    }

    record AppendCase(String name, Caller caller, Entry entry, boolean allowed) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<AppendCase> appends() {
        Entry own = thought(SUBJECT, 3, 1, "t");
        Origin otherMatrix = new Origin("brains", "glass-jar", "uid-2", "subject");
        Origin otherNamespace = new Origin("x", "glass-jar", "uid-1", "subject");
        return Stream.of(
                new AppendCase("its own thought", SUBJECT_POD, own, true),
                new AppendCase("an earlier life", SUBJECT_POD, thought(SUBJECT, 2, 1, "t"), false),
                new AppendCase("a later life", SUBJECT_POD, thought(SUBJECT, 4, 1, "t"), false),
                new AppendCase("another's thought", GOD_POD, own, false),
                new AppendCase("a namesake's", SUBJECT_POD, thought(otherMatrix, 3, 1, "t"), false),
                new AppendCase(
                        "elsewhere's", SUBJECT_POD, thought(otherNamespace, 3, 1, "t"), false),
                new AppendCase("its own death", SUBJECT_POD, death(SUBJECT, 3), false),
                new AppendCase("a death by the operator", OPERATOR, death(SUBJECT, 3), true),
                new AppendCase("a thought by the operator", OPERATOR, own, false),
                new AppendCase("a person's", ADMIN, own, false),
                new AppendCase("a stranger's", STRANGER, own, false));
    }

    @ParameterizedTest
    @MethodSource("appends")
    void appendsItsOwnAndNothingElse(AppendCase row) {
        assertThat(may(Access.append(row.caller(), row.entry()))).isEqualTo(row.allowed());
    }

    /** Without a look at what they send, which may be nonsense. */
    @Test
    void peopleAndStrangersAppendNothing() {
        assertThat(may(Access.append(SUBJECT_POD))).isTrue();
        assertThat(may(Access.append(OPERATOR))).isTrue();
        assertThat(may(Access.append(ADMIN))).isFalse();
        assertThat(may(Access.append(NOBODY))).isFalse();
    }

    record ReadCase(String name, Caller caller, Asked asked, Verdict verdict) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Verdict of(String... names) {
        return new Verdict.Allowed(new Scope.Instances("uid-1", Set.of(names)));
    }

    private static final Verdict NO = new Verdict.Forbidden("");
    private static final Verdict ALL = new Verdict.Allowed(new Scope.All());

    static Stream<ReadCase> reads() {
        return Stream.of(
                new ReadCase("a subject, anybody", SUBJECT_POD, Asked.ALL, NO),
                new ReadCase("a subject, itself", SUBJECT_POD, OF_SUBJECT, NO),
                new ReadCase(
                        "a subject, its watcher", SUBJECT_POD, new Asked(null, null, "god"), NO),
                new ReadCase("a watcher, all", GOD_POD, Asked.ALL, of("subject", "observer")),
                new ReadCase("a watcher, one", GOD_POD, OF_SUBJECT, of("subject")),
                new ReadCase("a watcher, itself", GOD_POD, new Asked(null, null, "god"), NO),
                new ReadCase(
                        "a watcher, its matrix by name",
                        GOD_POD,
                        new Asked("brains", "glass-jar", null),
                        of("subject", "observer")),
                new ReadCase(
                        "a watcher, another matrix",
                        GOD_POD,
                        new Asked("brains", "other", "subject"),
                        NO),
                new ReadCase(
                        "a watcher, another namespace",
                        GOD_POD,
                        new Asked("x", null, "subject"),
                        NO),
                new ReadCase("the operator", OPERATOR, Asked.ALL, NO),
                new ReadCase("an administrator", ADMIN, Asked.ALL, ALL),
                new ReadCase("a tenant, all", TENANT, Asked.ALL, NO),
                new ReadCase(
                        "a tenant, their namespace",
                        TENANT,
                        new Asked("brains", null, null),
                        new Verdict.Allowed(new Scope.Namespace("brains"))),
                new ReadCase("a tenant, another", TENANT, new Asked("x", null, null), NO),
                new ReadCase("nobody", NOBODY, new Asked("brains", null, null), NO),
                new ReadCase("a stranger", STRANGER, Asked.ALL, NO));
    }

    @ParameterizedTest
    @MethodSource("reads")
    void readsThoseWatched(ReadCase row) {
        Verdict verdict = Access.read(row.caller(), row.asked());
        if (row.verdict() instanceof Verdict.Forbidden) {
            assertThat(verdict).isInstanceOf(Verdict.Forbidden.class);
        } else {
            assertThat(verdict).isEqualTo(row.verdict());
        }
    }

    @Test
    void whatASubjectIsAnsweredDoesNotDependOnItsWatchers() {
        // There is nothing in a subject's caller that tells of them, and each verdict is of it
        // alone.
        List<Function<Caller, Verdict>> all =
                List.of(
                        c -> Access.read(c, Asked.ALL),
                        c -> Access.statistics(c, Asked.ALL),
                        Access::imports,
                        c -> Access.append(c, thought(SUBJECT, 3, 1, "t")),
                        Access::history);
        assertThat(all.stream().map(f -> may(f.apply(SUBJECT_POD))))
                .containsExactly(false, false, false, true, true);
    }

    @Test
    void anInstanceReadsItsOwnHistoryAndNobodyElseHasOne() {
        assertThat(Access.history(GOD_POD)).isEqualTo(of("god"));
        assertThat(may(Access.history(ADMIN))).isFalse();
        assertThat(may(Access.history(OPERATOR))).isFalse();
        assertThat(may(Access.history(STRANGER))).isFalse();
    }

    @Test
    void theOperatorReadsNumbersOnly() {
        assertThat(Access.statistics(OPERATOR, Asked.ALL)).isEqualTo(ALL);
        assertThat(Access.statistics(GOD_POD, Asked.ALL)).isEqualTo(of("subject", "observer"));
    }

    @Test
    void onlyWhoMayImportsImports() {
        assertThat(may(Access.imports(ADMIN))).isTrue();
        for (Caller caller : List.of(TENANT, NOBODY, OPERATOR, GOD_POD, STRANGER)) {
            assertThat(may(Access.imports(caller))).as(caller.name()).isFalse();
        }
    }
}
