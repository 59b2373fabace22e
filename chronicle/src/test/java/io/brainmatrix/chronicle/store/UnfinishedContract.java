package io.brainmatrix.chronicle.store;

import static io.brainmatrix.chronicle.Entries.SUBJECT;
import static io.brainmatrix.chronicle.Entries.death;
import static io.brainmatrix.chronicle.Entries.origin;
import static io.brainmatrix.chronicle.Entries.thought;
import static io.brainmatrix.chronicle.Entries.unfinished;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.brainmatrix.chronicle.Entries;
import io.brainmatrix.chronicle.entry.Entry;
import io.brainmatrix.chronicle.entry.Kind;
import io.brainmatrix.chronicle.entry.Stored;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A thought that its life did not end is one partial thought, in whatever order things come. */
abstract class UnfinishedContract extends OpenStore {
    private void under(Entry thought) {
        assertThat(scribe.tellUnfinished(thought)).isTrue();
    }

    private List<String> told() throws SQLException {
        return all(Filter.NONE).stream()
                .map(Stored::entry)
                .map(e -> "%s %d.%d %s".formatted(e.kind(), e.life(), e.number(), e.text()))
                .toList();
    }

    /** As a chronicle that is killed leaves it: what it had on disk. */
    private void onDisk() throws Exception {
        long before = scribe.commits();
        append(thought(origin("beside"), 1, before + 1, "something that is committed"));
    }

    private static final String DEATH = "Death 1.0 out of memory";

    @Test
    void aDeathMakesItAnEntryThatComesBeforeIt() throws Exception {
        append(thought(SUBJECT, 1, 1, "whole"));
        under(unfinished(SUBJECT, 1, 2, 1, "I"));
        under(unfinished(SUBJECT, 1, 2, 2, "I was"));
        assertThat(told()).as("until then nobody reads it").containsExactly("Thought 1.1 whole");
        assertThat(append(death(SUBJECT, 1))).containsExactly(Outcome.Stored);
        assertThat(told()).containsExactly("Thought 1.1 whole", "PartialThought 1.2 I was", DEATH);
        assertThat(heard(3)).as("in the feed, too").isEqualTo(all(Filter.NONE));
        assertThat(all(Filter.NONE).get(1).entry())
                .isEqualTo(unfinished(SUBJECT, 1, 2, 2, "I was"));
        assertThat(scribe.unfinishedStored()).isEqualTo(1);
        assertThat(reader.statistics(ALL, Filter.NONE, Entries.NOON))
                .anySatisfy(
                        row -> {
                            assertThat(row.kind()).isEqualTo(Kind.PartialThought);
                            assertThat(row.entries()).isEqualTo(1);
                        });
    }

    @Test
    void aLaterLifeMakesItAnEntry() throws Exception {
        under(unfinished(SUBJECT, 1, 1, 1, "I was"));
        under(unfinished(origin("god"), 1, 1, 1, "not me"));
        append(thought(SUBJECT, 2, 1, "again"));
        assertThat(told()).containsExactly("PartialThought 1.1 I was", "Thought 2.1 again");
        append(death(SUBJECT, 1)); // told late, and nothing is doubled by it
        append(thought(SUBJECT, 2, 2, "on"));
        assertThat(told()).hasSize(4).endsWith(DEATH, "Thought 2.2 on");
    }

    @Test
    void aThoughtThatCameToItsEndTakesItsPlace() throws Exception {
        under(unfinished(SUBJECT, 1, 1, 1, "I"));
        append(thought(SUBJECT, 1, 1, "I am."));
        under(unfinished(SUBJECT, 1, 2, 1, "and"));
        append(thought(SUBJECT, 1, 4, "a later one"));
        append(death(SUBJECT, 1));
        assertThat(told()).containsExactly("Thought 1.1 I am.", "Thought 1.4 a later one", DEATH);
    }

    @Test
    void anEarlierThoughtThatIsToldLateLeavesIt() throws Exception {
        under(unfinished(SUBJECT, 1, 3, 1, "three"));
        append(thought(SUBJECT, 1, 2, "two, from the spool"));
        append(death(SUBJECT, 1));
        assertThat(told())
                .containsExactly(
                        "Thought 1.2 two, from the spool", "PartialThought 1.3 three", DEATH);
    }

    @Test
    void whatThePodToldOfItsEndWins() throws Exception {
        under(unfinished(SUBJECT, 1, 1, 1, "I"));
        append(unfinished(SUBJECT, 1, 1, 2, "I was, said in order"));
        append(death(SUBJECT, 1));
        assertThat(told()).containsExactly("PartialThought 1.1 I was, said in order", DEATH);
    }

    @Test
    void whatThePodToldTooLateIsNotDoubled() throws Exception {
        under(unfinished(SUBJECT, 1, 1, 1, "I"));
        append(death(SUBJECT, 1));
        assertThatThrownBy(() -> append(unfinished(SUBJECT, 1, 1, 2, "I was")))
                .cause()
                .isInstanceOfSatisfying(
                        Refused.class,
                        r -> assertThat(r.why()).isEqualTo(Refused.Cause.Contradiction));
        assertThat(told()).containsExactly("PartialThought 1.1 I", DEATH);
        append(thought(SUBJECT, 1, 1, "I was whole")); // no whole one is lost for a part's sake
        assertThat(told()).hasSize(3);
    }

    @Test
    void oneThatComesInTheSameBatchAsTheDeathIsNotDoubled() throws Exception {
        under(unfinished(SUBJECT, 1, 1, 1, "I"));
        assertThat(append(death(SUBJECT, 1), unfinished(SUBJECT, 1, 1, 2, "I was")))
                .containsExactly(Outcome.Stored, Outcome.Duplicate);
        assertThat(told()).containsExactly("PartialThought 1.1 I", DEATH);
        assertThat(scribe.fault()).isEmpty();
    }

    @Test
    void whatComesAfterAnEndIsForgotten() throws Exception {
        append(thought(SUBJECT, 1, 2, "whole"));
        under(unfinished(SUBJECT, 1, 2, 1, "late"));
        append(death(SUBJECT, 1));
        under(unfinished(SUBJECT, 1, 3, 1, "after its death"));
        onDisk();
        append(thought(SUBJECT, 3, 1, "a later life"));
        under(unfinished(SUBJECT, 2, 1, 1, "of an earlier life"));
        onDisk();
        append(death(SUBJECT, 2), death(SUBJECT, 3), thought(SUBJECT, 4, 1, "on"));
        assertThat(told()).noneMatch(line -> line.startsWith("PartialThought"));
    }

    @Test
    void whatWasToldBeforeDoesNotReplaceWhatWasToldSince() throws Exception {
        under(unfinished(SUBJECT, 1, 2, 5, "newest"));
        under(unfinished(SUBJECT, 1, 2, 4, "older"));
        onDisk();
        under(unfinished(SUBJECT, 1, 1, 9, "of an earlier thought"));
        under(unfinished(SUBJECT, 1, 2, 3, "older yet"));
        append(death(SUBJECT, 1));
        assertThat(told()).contains("PartialThought 1.2 newest").hasSize(3);
    }

    @Test
    void itOutlivesTheChroniclesProcess() throws Exception {
        String odd = "half \ud83d '; DROP TABLE unfinished; -- \u0000\u0010";
        under(unfinished(SUBJECT, 1, 1, 1, odd));
        restart(Retention.FOREVER);
        append(death(SUBJECT, 1));
        restart(Retention.FOREVER);
        assertThat(append(death(SUBJECT, 1))).containsExactly(Outcome.Duplicate);
        under(unfinished(SUBJECT, 1, 1, 2, "told again"));
        append(thought(SUBJECT, 2, 1, "on"));
        assertThat(told()).containsExactly("PartialThought 1.1 " + odd, DEATH, "Thought 2.1 on");
    }

    @Test
    void withNothingElseToWriteItIsOnDiskAfterAWhile() throws Exception {
        AtomicReference<Instant> now = new AtomicReference<>(Entries.NOON);
        restart(Retention.FOREVER, at(now::get));
        now.set(Entries.NOON.plusSeconds(6));
        under(unfinished(SUBJECT, 1, 1, 1, "alone"));
        try (Connection look = same().reader();
                Statement statement = look.createStatement()) {
            Awaitility.await()
                    .until(
                            () -> {
                                try (var row =
                                        statement.executeQuery("SELECT text FROM unfinished")) {
                                    return row.next() && row.getString(1).equals("alone");
                                }
                            });
        }
    }

    private static Clock at(Supplier<Instant> now) {
        return new Clock() {
            @Override
            public Instant instant() {
                return now.get();
            }

            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }
        };
    }

    @Test
    void retentionForgetsItWithTheEntriesOfItsTime() throws Exception {
        under(unfinished(SUBJECT, 1, 1, 1, "never heard of again"));
        onDisk();
        Clock later = Clock.fixed(Entries.NOON.plus(Duration.ofDays(2)), ZoneOffset.UTC);
        restart(new Retention(Duration.ofDays(1), 0), later);
        Awaitility.await().until(() -> scribe.entries() == 0);
        append(death(SUBJECT, 1));
        assertThat(told()).containsExactly(DEATH);
    }

    @Test
    void whatTheSizeBoundTakesGoesWithItsTime() throws Exception {
        under(unfinished(SUBJECT, 1, 1, 1, "never heard of again"));
        onDisk();
        Clock later = Clock.fixed(Entries.NOON.plus(Duration.ofDays(2)), ZoneOffset.UTC);
        restart(Retention.FOREVER, later);
        append(thought(origin("beside"), 2, 1, "x"), thought(origin("beside"), 2, 2, "y"));
        restart(new Retention(Duration.ZERO, 1), later);
        Awaitility.await().until(() -> scribe.entries() == 0);
        restart(Retention.FOREVER, later);
        append(death(SUBJECT, 1));
        assertThat(told()).containsExactly(DEATH);
    }

    @Test
    void whatIsMoreThanItsRoomIsDropped() {
        String text = "x".repeat(60_000);
        int taken = 0;
        while (taken < 1000
                && scribe.tellUnfinished(unfinished(origin("i" + taken), 1, 1, 1, text))) {
            taken++;
        }
        assertThat(taken * 60_000L).isBetween(Pending.CHARS_MAX - 120_000, Pending.CHARS_MAX);
    }
}
