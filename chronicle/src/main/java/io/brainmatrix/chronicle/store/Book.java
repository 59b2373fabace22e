package io.brainmatrix.chronicle.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.brainmatrix.chronicle.entry.Entry;
import io.brainmatrix.chronicle.entry.Origin;
import io.brainmatrix.chronicle.entry.Prompt;
import io.brainmatrix.chronicle.entry.Spelling;
import io.brainmatrix.chronicle.entry.Stored;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The writing side of the tables: one open transaction, used by one thread. */
final class Book implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Instances whose ids are kept in memory. */
    private static final int INSTANCES_MAX = 20_000;

    private final Connection connection;
    private final Map<Owner, Long> instances = new HashMap<>();
    private final PreparedStatement findInstance;
    private final PreparedStatement addInstance;
    private final PreparedStatement findKey;
    private final PreparedStatement findRemoved;
    private final PreparedStatement add;
    private final PreparedStatement tally;
    private final PreparedStatement advance;
    private final PreparedStatement oldest;
    private final PreparedStatement rememberRemoved;
    private final PreparedStatement tallyRemoved;
    private final PreparedStatement remove;
    private final Unfinished unfinished;

    private Totals totals;
    private Totals committed;

    /** Of this transaction, until it is committed. */
    private final Map<Owner, Long> addedInstances = new HashMap<>();

    private final Map<Counted, Sums> sums = new HashMap<>();

    /** What the store holds. */
    record Totals(
            long lastSequence,
            long lastStoredMicros,
            long entries,
            long bytes,
            long removedEntries,
            long removedBytes) {}

    private record Owner(String matrixUid, String instance) {}

    private record Counted(long instance, String kind) {}

    private record Sums(long entries, long bytes, long promptTokens, long answerTokens, long at) {
        Sums plus(Sums other) {
            return new Sums(
                    entries + other.entries,
                    bytes + other.bytes,
                    promptTokens + other.promptTokens,
                    answerTokens + other.answerTokens,
                    Math.max(at, other.at));
        }
    }

    /**
     * What became of a draft.
     *
     * @param stored what is stored now, in order: itself, unless it was before, and thoughts that
     *     were under way and that it put an end to
     */
    record Result(Outcome outcome, List<Stored> stored) {
        Result {
            stored = List.copyOf(stored);
        }
    }

    Book(Connection connection) throws SQLException {
        this.connection = connection;
        findInstance =
                connection.prepareStatement(
                        "SELECT id FROM instance WHERE matrix_uid = ? AND name = ?");
        addInstance =
                connection.prepareStatement(
                        "INSERT INTO instance (matrix_uid, name, namespace, matrix) VALUES (?, ?, ?, ?)");
        findKey =
                connection.prepareStatement(
                        """
                        SELECT number, digest FROM entry
                        WHERE instance_id = ? AND life = ? AND kind = ? AND number >= ?
                        ORDER BY number LIMIT 1""");
        findRemoved =
                connection.prepareStatement(
                        "SELECT up_to FROM removed WHERE instance_id = ? AND life = ? AND kind = ?");
        add =
                connection.prepareStatement(
                        """
                        INSERT INTO entry (sequence, stored_at, instance_id, life, kind, number, at, digest, bytes,
                          details, text, prompt_sha256, prompt) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""");
        tally =
                connection.prepareStatement(
                        """
                        INSERT INTO tally (instance_id, kind, entries, bytes, prompt_tokens, completion_tokens, last_at,
                          removed_entries, removed_bytes) VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0)
                        ON CONFLICT (instance_id, kind) DO UPDATE SET
                          entries = tally.entries + excluded.entries,
                          bytes = tally.bytes + excluded.bytes,
                          prompt_tokens = tally.prompt_tokens + excluded.prompt_tokens,
                          completion_tokens = tally.completion_tokens + excluded.completion_tokens,
                          last_at = CASE WHEN excluded.last_at > tally.last_at THEN excluded.last_at ELSE tally.last_at END""");
        advance =
                connection.prepareStatement(
                        "UPDATE chronicle SET last_sequence = ?, last_stored_at = ? WHERE id = 1");
        oldest =
                connection.prepareStatement(
                        """
                        SELECT sequence, stored_at, bytes, instance_id, life, kind, number
                        FROM entry ORDER BY sequence LIMIT ?""");
        rememberRemoved =
                connection.prepareStatement(
                        """
                        INSERT INTO removed (instance_id, life, kind, up_to) VALUES (?, ?, ?, ?)
                        ON CONFLICT (instance_id, life, kind) DO UPDATE SET
                          up_to = CASE WHEN excluded.up_to > removed.up_to THEN excluded.up_to ELSE removed.up_to END""");
        tallyRemoved =
                connection.prepareStatement(
                        """
                        UPDATE tally SET removed_entries = removed_entries + 1, removed_bytes = removed_bytes + ?
                        WHERE instance_id = ? AND kind = ?""");
        remove = connection.prepareStatement("DELETE FROM entry WHERE sequence <= ?");
        unfinished = new Unfinished(connection);
        totals = read();
        committed = totals;
        connection.commit();
    }

    private Totals read() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                """
                                SELECT last_sequence, last_stored_at,
                                  (SELECT COALESCE(SUM(entries), 0) FROM tally),
                                  (SELECT COALESCE(SUM(bytes), 0) FROM tally),
                                  (SELECT COALESCE(SUM(removed_entries), 0) FROM tally),
                                  (SELECT COALESCE(SUM(removed_bytes), 0) FROM tally)
                                FROM chronicle WHERE id = 1""")) {
            if (!row.next()) {
                throw new SQLException("the table `chronicle` has lost its row");
            }
            return new Totals(
                    row.getLong(1),
                    row.getLong(2),
                    row.getLong(3) - row.getLong(5),
                    row.getLong(4) - row.getLong(6),
                    row.getLong(5),
                    row.getLong(6));
        }
    }

    /** What the store holds, without what is not committed yet. */
    Totals totals() {
        return committed;
    }

    /** Goes on behind a sequence that was given before, should the store have forgotten it. */
    void neverBefore(long sequence) {
        if (sequence > totals.lastSequence()) {
            totals =
                    new Totals(
                            sequence,
                            totals.lastStoredMicros(),
                            totals.entries(),
                            totals.bytes(),
                            totals.removedEntries(),
                            totals.removedBytes());
            committed = totals;
        }
    }

    /**
     * Stores a batch, or nothing of it.
     *
     * @throws Refused before anything of it is written
     */
    List<Result> append(List<Draft> batch, Instant now) throws SQLException, Refused {
        List<Outcome> outcomes = new ArrayList<>(batch.size());
        Map<Key, String> within = new HashMap<>();
        Map<Key, Long> latest = new HashMap<>();
        for (int i = 0; i < batch.size(); i++) {
            outcomes.add(outcome(batch.get(i), i, within, latest));
        }
        List<Result> results = new ArrayList<>(batch.size());
        Set<Key> ended = new HashSet<>();
        for (int i = 0; i < batch.size(); i++) {
            Draft draft = batch.get(i);
            Outcome outcome = outcomes.get(i);
            if (ended.contains(key(draft.entry()))) {
                outcome = Outcome.Duplicate; // one before it in the batch has ended that thought
            }
            List<Stored> stored = new ArrayList<>();
            if (outcome == Outcome.Stored) {
                stored.addAll(endedBy(draft.entry(), now));
                stored.forEach(one -> ended.add(key(one.entry())));
                stored.add(write(draft, now));
            }
            results.add(new Result(outcome, stored));
        }
        return results;
    }

    /** Stores the thoughts that an entry shows to have been cut off, before it. */
    private List<Stored> endedBy(Entry entry, Instant now) throws SQLException {
        Long id = instance(owner(entry));
        List<Stored> stored = new ArrayList<>();
        if (id != null) {
            for (Entry thought : unfinished.endedBy(id, entry)) {
                stored.add(write(Draft.of(thought), now));
            }
        }
        return stored;
    }

    /** Keeps what lives think just now, none of which is an entry yet. */
    void keepUnfinished(List<Entry> thoughts, Instant now) throws SQLException {
        for (Entry thought : thoughts) {
            unfinished.keep(instanceOrNew(thought), thought, Micros.of(now));
        }
    }

    private record Key(Owner owner, long life, String kind, long number) {}

    private static Key key(Entry entry) {
        return new Key(owner(entry), entry.life(), entry.kind().name(), entry.number());
    }

    private Outcome outcome(Draft draft, int index, Map<Key, String> within, Map<Key, Long> latest)
            throws SQLException, Refused {
        Entry entry = draft.entry();
        Owner owner = owner(entry);
        String digest = draft.digest();
        Key key = key(entry);
        Key line = new Key(owner, entry.life(), entry.kind().name(), 0);
        String other = within.get(key);
        if (other == null) {
            Long id = instance(owner);
            if (id != null) {
                other = stored(id, draft, index);
                if (other == null && removed(id, entry)) {
                    return Outcome.Removed;
                }
            }
        }
        if (other != null) {
            if (!other.equals(digest)) {
                throw new Refused(
                        Refused.Cause.Contradiction,
                        index,
                        "%s %d of life %d of `%s` is stored with other contents"
                                .formatted(
                                        entry.kind(),
                                        entry.number(),
                                        entry.life(),
                                        entry.of().instance()));
            }
            return Outcome.Duplicate;
        }
        long before = latest.getOrDefault(line, -1L);
        if (draft.ordered() && before > entry.number()) {
            throw outOfOrder(entry, before, index);
        }
        within.put(key, digest);
        latest.merge(line, entry.number(), Math::max);
        return Outcome.Stored;
    }

    private static Refused outOfOrder(Entry entry, long later, int index) {
        return new Refused(
                Refused.Cause.OutOfOrder,
                index,
                "%s %d of life %d of `%s` comes after number %d"
                        .formatted(
                                entry.kind(),
                                entry.number(),
                                entry.life(),
                                entry.of().instance(),
                                later));
    }

    /** The digest stored under an entry's key. */
    private @Nullable String stored(long instance, Draft draft, int index)
            throws SQLException, Refused {
        Entry entry = draft.entry();
        findKey.setLong(1, instance);
        findKey.setLong(2, entry.life());
        findKey.setString(3, entry.kind().name());
        findKey.setLong(4, entry.number());
        try (ResultSet row = findKey.executeQuery()) {
            if (!row.next()) {
                return null;
            }
            if (row.getLong(1) == entry.number()) {
                return row.getString(2);
            }
            long later = row.getLong(1);
            if (draft.ordered() && !removed(instance, entry)) {
                throw outOfOrder(entry, later, index);
            }
            return null;
        }
    }

    private boolean removed(long instance, Entry entry) throws SQLException {
        findRemoved.setLong(1, instance);
        findRemoved.setLong(2, entry.life());
        findRemoved.setString(3, entry.kind().name());
        try (ResultSet row = findRemoved.executeQuery()) {
            return row.next() && row.getLong(1) >= entry.number();
        }
    }

    private @Nullable Long instance(Owner owner) throws SQLException {
        Long known = instances.get(owner);
        if (known == null) {
            known = addedInstances.get(owner);
        }
        if (known != null) {
            return known;
        }
        findInstance.setString(1, owner.matrixUid());
        findInstance.setString(2, owner.instance());
        try (ResultSet row = findInstance.executeQuery()) {
            if (!row.next()) {
                return null;
            }
            addedInstances.put(owner, row.getLong(1));
            return row.getLong(1);
        }
    }

    private static Owner owner(Entry entry) {
        return new Owner(entry.of().matrixUid(), entry.of().instance());
    }

    private long instanceOrNew(Entry entry) throws SQLException {
        Owner owner = owner(entry);
        Long instance = instance(owner);
        if (instance != null) {
            return instance;
        }
        Origin of = entry.of();
        addInstance.setString(1, of.matrixUid());
        addInstance.setString(2, of.instance());
        addInstance.setString(3, of.namespace());
        addInstance.setString(4, of.matrix());
        addInstance.executeUpdate();
        return Objects.requireNonNull(instance(owner), "it was added just now");
    }

    private Stored write(Draft draft, Instant now) throws SQLException {
        Entry entry = draft.entry();
        long instance = instanceOrNew(entry);
        boolean kept = draft.sequence() > totals.lastSequence();
        long sequence = kept ? draft.sequence() : totals.lastSequence() + 1;
        Instant wanted = kept && draft.storedAt() != null ? draft.storedAt() : now;
        long storedAt = Math.max(Micros.of(wanted), totals.lastStoredMicros());
        long bytes = draft.bytes();
        Prompt prompt = entry.prompt();
        add.setLong(1, sequence);
        add.setLong(2, storedAt);
        add.setLong(3, instance);
        add.setLong(4, entry.life());
        add.setString(5, entry.kind().name());
        add.setLong(6, entry.number());
        add.setLong(7, Micros.of(entry.at()));
        add.setString(8, draft.digest());
        add.setLong(9, bytes);
        add.setString(10, Spelling.written(entry.details()));
        add.setString(11, Spelling.written(entry.text()));
        add.setString(12, prompt == null ? null : prompt.sha256());
        add.setString(13, prompt == null ? null : Spelling.written(prompt.text()));
        add.executeUpdate();
        totals =
                new Totals(
                        sequence,
                        storedAt,
                        totals.entries() + 1,
                        totals.bytes() + bytes,
                        totals.removedEntries(),
                        totals.removedBytes());
        JsonNode details = details(entry);
        sums.merge(
                new Counted(instance, entry.kind().name()),
                new Sums(
                        1,
                        bytes,
                        details.path("promptTokens").asLong(),
                        details.path("completionTokens").asLong(),
                        storedAt),
                Sums::plus);
        return new Stored(sequence, Micros.at(storedAt), entry);
    }

    private static JsonNode details(Entry entry) {
        try {
            return JSON.readTree(entry.details());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("details are checked before they are stored", e);
        }
    }

    /**
     * Removes the oldest entries that retention lets go, at most so many; they are counted, and
     * their keys remembered.
     */
    int removeOldest(Retention retention, Instant now, int atMost) throws SQLException {
        record Old(Retention.Aged aged, long instance, long life, String kind, long number) {}
        List<Old> candidates = new ArrayList<>();
        oldest.setInt(1, atMost);
        try (ResultSet row = oldest.executeQuery()) {
            while (row.next()) {
                candidates.add(
                        new Old(
                                new Retention.Aged(
                                        row.getLong(1), Micros.at(row.getLong(2)), row.getLong(3)),
                                row.getLong(4),
                                row.getLong(5),
                                row.getString(6),
                                row.getLong(7)));
            }
        }
        int count =
                retention.toRemove(
                        candidates.stream().map(Old::aged).toList(), totals.bytes(), now);
        long bytes = 0;
        for (Old old : candidates.subList(0, count)) {
            rememberRemoved.setLong(1, old.instance());
            rememberRemoved.setLong(2, old.life());
            rememberRemoved.setString(3, old.kind());
            rememberRemoved.setLong(4, old.number());
            rememberRemoved.executeUpdate();
            tallyRemoved.setLong(1, old.aged().bytes());
            tallyRemoved.setLong(2, old.instance());
            tallyRemoved.setString(3, old.kind());
            tallyRemoved.executeUpdate();
            bytes += old.aged().bytes();
        }
        if (count > 0) {
            Retention.Aged newest = candidates.get(count - 1).aged();
            remove.setLong(1, newest.sequence());
            remove.executeUpdate();
            // What is kept for later is never older than what is kept at all.
            int _ = unfinished.forgetBefore(Micros.of(newest.storedAt()));
            totals =
                    new Totals(
                            totals.lastSequence(),
                            totals.lastStoredMicros(),
                            totals.entries() - count,
                            totals.bytes() - bytes,
                            totals.removedEntries() + count,
                            totals.removedBytes() + bytes);
        }
        return count;
    }

    /**
     * Forgets thoughts under way of which nothing was heard for longer than entries are kept.
     *
     * @return how many
     */
    int forgetUnfinished(Retention retention, Instant now) throws SQLException {
        return retention.maxAge().isZero()
                ? 0
                : unfinished.forgetBefore(Micros.of(now.minus(retention.maxAge())));
    }

    /** Makes all since the last commit durable. */
    void commit() throws SQLException {
        for (Map.Entry<Counted, Sums> counted : sums.entrySet()) {
            Sums sum = counted.getValue();
            tally.setLong(1, counted.getKey().instance());
            tally.setString(2, counted.getKey().kind());
            tally.setLong(3, sum.entries());
            tally.setLong(4, sum.bytes());
            tally.setLong(5, sum.promptTokens());
            tally.setLong(6, sum.answerTokens());
            tally.setLong(7, sum.at());
            tally.executeUpdate();
        }
        if (totals.lastSequence() != committed.lastSequence()) {
            advance.setLong(1, totals.lastSequence());
            advance.setLong(2, totals.lastStoredMicros());
            advance.executeUpdate();
        }
        connection.commit();
        committed = totals;
        sums.clear();
        if (instances.size() > INSTANCES_MAX) {
            instances.clear(); // they are looked up again
        }
        instances.putAll(addedInstances);
        addedInstances.clear();
    }

    /** Forgets all since the last commit. */
    void rollback() throws SQLException {
        sums.clear();
        addedInstances.clear();
        totals = committed;
        connection.rollback();
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
