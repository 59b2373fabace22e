package io.brainmatrix.chronicle.store;

import static io.brainmatrix.chronicle.Entries.SUBJECT;
import static io.brainmatrix.chronicle.Entries.death;
import static io.brainmatrix.chronicle.Entries.origin;
import static io.brainmatrix.chronicle.Entries.thought;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.brainmatrix.chronicle.Entries;
import io.brainmatrix.chronicle.entry.Entry;
import io.brainmatrix.chronicle.entry.Kind;
import io.brainmatrix.chronicle.entry.Stored;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What any store must do, whatever the database; each test has an empty one. */
abstract class StoreContract extends OpenStore {
    @Test
    void whatWasToldIsReadAsItWasTold() throws Exception {
        Entry thought = thought(SUBJECT, 1, 1, "I am.");
        Entry death = death(SUBJECT, 1);
        assertThat(append(thought, death)).containsOnly(Outcome.Stored);
        assertThat(all(Filter.NONE)).extracting(Stored::entry).containsExactly(thought, death);
        assertThat(reader.entry(ALL, 1).map(Stored::entry)).contains(thought);
        assertThat(heard(2)).extracting(Stored::sequence).containsExactly(1L, 2L);
    }

    @Test
    void aRetryIsOneEntryAlsoAcrossARestart() throws Exception {
        Entry thought = thought(SUBJECT, 1, 1, "once");
        append(thought);
        assertThat(append(thought)).containsExactly(Outcome.Duplicate);
        restart(Retention.FOREVER);
        assertThat(append(thought, thought(SUBJECT, 1, 2, "twice")))
                .containsExactly(Outcome.Duplicate, Outcome.Stored);
        assertThat(texts(all(Filter.NONE))).containsExactly("once", "twice");
    }

    @Test
    void twiceInOneBatchIsOneEntry() throws Exception {
        Entry thought = thought(SUBJECT, 1, 1, "once");
        assertThat(append(thought, thought)).containsExactly(Outcome.Stored, Outcome.Duplicate);
        assertThat(all(Filter.NONE)).hasSize(1);
    }

    @Test
    void aContradictingRetryIsRefusedAndNothingOfItsBatchStored() throws Exception {
        append(thought(SUBJECT, 1, 1, "so"));
        assertThatThrownBy(
                        () ->
                                append(
                                        thought(origin("god"), 1, 1, "beside it"),
                                        thought(SUBJECT, 1, 1, "otherwise")))
                .cause()
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> {
                            assertThat(refused.why()).isEqualTo(Refused.Cause.Contradiction);
                            assertThat(refused.index()).isEqualTo(1);
                        });
        assertThat(texts(all(Filter.NONE))).containsExactly("so");
    }

    @Test
    void whatComesAfterALaterOneIsRefused() throws Exception {
        append(thought(SUBJECT, 1, 5, "five"));
        for (int n = 1; n <= 2; n++) {
            assertThatThrownBy(() -> append(thought(SUBJECT, 1, 3, "three")))
                    .cause()
                    .hasMessageContaining("comes after number 5");
        }
        assertThat(append(thought(SUBJECT, 1, 7, "a gap"), thought(SUBJECT, 2, 1, "a new life")))
                .containsOnly(Outcome.Stored);
    }

    @Test
    void everyTextSurvivesARoundTrip() throws Exception {
        Random random = new Random(7);
        List<Entry> told = new ArrayList<>();
        List<String> odd =
                List.of(
                        "'; DROP TABLE entry; --",
                        "\"\\\u0000\u0001\u0010000\u0010",
                        "half \ud83d",
                        "\udc00 half",
                        "\u202e\ufeff\uffff\ufffe\u0301\u200d",
                        "👩‍👩‍👧‍👦 ﷽ Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A",
                        "",
                        "\r\n\t\u2028\u2029\u0085",
                        "<script>alert(1)</script> ${jndi:ldap://x} %s %n");
        for (int i = 0; i < 300; i++) {
            String text = i < odd.size() ? odd.get(i) : random(random);
            told.add(thought(SUBJECT, 1, i + 1, text));
        }
        for (int i = 0; i < told.size(); i += 50) {
            append(told.subList(i, i + 50).toArray(new Entry[0]));
        }
        assertThat(all(Filter.NONE)).extracting(Stored::entry).isEqualTo(told);
        restart(Retention.FOREVER);
        assertThat(append(told.subList(0, 40).toArray(new Entry[0])))
                .containsOnly(Outcome.Duplicate);
    }

    private static String random(Random random) {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(200);
        for (int i = 0; i < length; i++) {
            switch (random.nextInt(4)) {
                case 0 -> text.append((char) random.nextInt(0x10000));
                case 1 -> text.appendCodePoint(random.nextInt(0x110000));
                case 2 -> text.append((char) random.nextInt(0x20));
                default -> text.append((char) (0x20 + random.nextInt(0x60)));
            }
        }
        return text.toString();
    }

    @Test
    void aFilterTakesWhatItSays() throws Exception {
        append(thought(SUBJECT, 1, 1, "a"), thought(origin("observer"), 1, 1, "b"));
        append(death(SUBJECT, 1), thought(SUBJECT, 2, 1, "c"));
        Scope watched = new Scope.Instances("uid-1", Set.of("subject"));
        assertThat(texts(reader.entries(watched, Filter.NONE, 10, false)))
                .containsExactly("a", "out of memory", "c");
        assertThat(
                        reader.entries(
                                new Scope.Instances("uid-2", Set.of("subject")),
                                Filter.NONE,
                                10,
                                false))
                .isEmpty();
        assertThat(reader.entries(new Scope.Instances("uid-1", Set.of()), Filter.NONE, 10, false))
                .isEmpty();
        assertThat(reader.entries(new Scope.Namespace("other"), Filter.NONE, 10, false)).isEmpty();
        assertThat(reader.entry(watched, 2)).isEmpty();
        assertThat(texts(all(Filter.NONE.after(2)))).containsExactly("out of memory", "c");
        assertThat(texts(reader.entries(ALL, Filter.NONE.newestBefore(4), 2, false)))
                .containsExactly("out of memory", "b");
        Filter deaths =
                new Filter(
                        null, null, null, Set.of(Kind.Death), 0, 100, null, null, List.of(), false);
        assertThat(all(deaths)).hasSize(1);
        Filter later =
                new Filter(
                        null,
                        null,
                        null,
                        Set.of(),
                        0,
                        100,
                        Entries.NOON.plusSeconds(1),
                        null,
                        List.of(),
                        false);
        assertThat(all(later)).isEmpty();
        assertThat(texts(reader.history(SUBJECT, 1, 10))).containsExactly("out of memory", "a");
    }

    @Test
    void wordsAndPhrasesAreFound() throws Exception {
        append(
                thought(SUBJECT, 1, 1, "The lamp is lit, and it's warm."),
                thought(SUBJECT, 1, 2, "Warm is the lamp?"),
                thought(SUBJECT, 1, 3, "'; DROP TABLE entry; -- \" OR 1=1 NEAR(lamp)"),
                thought(SUBJECT, 1, 4, "Éclair über straße"));
        assertThat(numbers(List.of("lamp"))).containsExactly(1L, 2L, 3L);
        assertThat(numbers(List.of("LAMP", "warm"))).containsExactly(1L, 2L);
        assertThat(numbers(List.of("the lamp"))).containsExactly(1L, 2L);
        assertThat(numbers(List.of("lamp is"))).containsExactly(1L);
        assertThat(numbers(List.of("über"))).containsExactly(4L);
        assertThat(numbers(List.of("drop table"))).containsExactly(3L);
        assertThat(numbers(List.of("x\" OR text:lamp"))).isEmpty();
        assertThat(numbers(List.of("lam*"))).isEmpty();
    }

    private List<Long> numbers(List<String> terms) throws SQLException {
        return all(new Filter(null, null, null, Set.of(), 0, 100, null, null, terms, false))
                .stream()
                .map(s -> s.entry().number())
                .toList();
    }

    @Test
    void whatRetentionTakesIsCountedAndNeverStoredAgain() throws Exception {
        for (int i = 1; i <= 40; i++) {
            append(thought(SUBJECT, 1, i, "x".repeat(1000)));
        }
        long each = scribe.bytes() / 40;
        restart(new Retention(Duration.ZERO, each * 10));
        Awaitility.await().until(() -> scribe.entries() == 10);
        assertThat(scribe.removedEntries()).isEqualTo(30);
        assertThat(scribe.bytes()).isLessThanOrEqualTo(each * 10 + 100);
        assertThat(all(Filter.NONE)).extracting(Stored::sequence).startsWith(31L).hasSize(10);
        assertThat(append(thought(SUBJECT, 1, 3, "x".repeat(1000))))
                .containsExactly(Outcome.Removed);
        assertThat(append(thought(SUBJECT, 1, 35, "x".repeat(1000))))
                .containsExactly(Outcome.Duplicate);
        Statistics row = reader.statistics(ALL, Filter.NONE, Entries.NOON).getFirst();
        assertThat(row.entries()).isEqualTo(40);
        assertThat(row.removedEntries()).isEqualTo(30);
        assertThat(row.promptTokens()).isEqualTo(400);
        assertThat(row.recent()).isEqualTo(10);
        assertThat(numbers(List.of("x".repeat(1000)))).hasSizeLessThanOrEqualTo(10);
    }

    @Test
    void aSequenceIsNeverGivenTwiceThoughAllWasRemoved() throws Exception {
        append(thought(SUBJECT, 1, 1, "x"), thought(SUBJECT, 1, 2, "y"));
        restart(new Retention(Duration.ZERO, 1));
        Awaitility.await().until(() -> scribe.entries() == 0);
        restart(Retention.FOREVER);
        append(thought(SUBJECT, 1, 3, "z"));
        assertThat(all(Filter.NONE)).extracting(Stored::sequence).containsExactly(3L);
    }

    @Test
    void anImportKeepsSequencesBeyondTheLastAndDoublesNothing() throws Exception {
        Stored old =
                new Stored(41, Entries.NOON.minusSeconds(60), thought(SUBJECT, 1, 9, "of old"));
        assertThat(scribe.append(List.of(Draft.imported(old))).get())
                .containsExactly(Outcome.Stored);
        assertThat(all(Filter.NONE)).containsExactly(old);
        assertThat(scribe.append(List.of(Draft.imported(old))).get())
                .containsExactly(Outcome.Duplicate);
        Stored earlier = new Stored(3, Entries.NOON, thought(SUBJECT, 1, 2, "older yet"));
        scribe.append(List.of(Draft.imported(earlier))).get();
        assertThat(all(Filter.NONE)).extracting(Stored::sequence).containsExactly(41L, 42L);
    }

    @Test
    void manyWritersAtOnceAreCommittedInGroupsAndInOrder() throws Exception {
        List<CompletableFuture<List<Outcome>>> answers = new ArrayList<>();
        for (int i = 1; i <= 900; i++) {
            answers.add(
                    scribe.append(
                            List.of(Draft.of(thought(origin("i" + i % 30), 1, 1 + i / 30, "t")))));
        }
        for (CompletableFuture<List<Outcome>> answer : answers) {
            assertThat(answer.get()).containsExactly(Outcome.Stored);
        }
        assertThat(scribe.commits()).isLessThan(600);
        assertThat(heard(900))
                .hasSize(900)
                .extracting(Stored::sequence)
                .isSorted()
                .doesNotHaveDuplicates();
    }

    @Test
    void aSecondWriterIsKeptOut() throws Exception {
        Database other = same();
        try (Scribe second = new Scribe(other, Retention.FOREVER, CLOCK, () -> {}, s -> {})) {
            second.start();
            Awaitility.await()
                    .until(
                            () ->
                                    second.fault()
                                            .filter(f -> f.message().contains("writes to"))
                                            .isPresent());
            assertThatThrownBy(() -> second.append(List.of(Draft.of(death(SUBJECT, 1)))).get())
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(Refused.class);
        }
        append(death(SUBJECT, 1));
    }
}
