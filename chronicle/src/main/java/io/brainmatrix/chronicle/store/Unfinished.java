package io.brainmatrix.chronicle.store;

import io.brainmatrix.chronicle.entry.Entry;
import io.brainmatrix.chronicle.entry.Kind;
import io.brainmatrix.chronicle.entry.Origin;
import io.brainmatrix.chronicle.entry.Spelling;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The table of what lives think just now, at most one thought each. It becomes an entry when its
 * life turns out to be over; until then nobody reads it. Within the transaction of {@link Book}.
 */
final class Unfinished {
    private final PreparedStatement over;
    private final PreparedStatement keep;
    private final PreparedStatement find;
    private final PreparedStatement delete;
    private final PreparedStatement deleteOld;

    Unfinished(Connection connection) throws SQLException {
        over =
                connection.prepareStatement(
                        """
                        SELECT 1 WHERE EXISTS (SELECT 1 FROM entry WHERE instance_id = ? AND life > ?)
                          OR EXISTS (SELECT 1 FROM entry WHERE instance_id = ? AND life = ? AND kind = 'Death')
                          OR EXISTS (SELECT 1 FROM entry WHERE instance_id = ? AND life = ?
                            AND kind IN ('Thought', 'PartialThought') AND number >= ?)
                          OR EXISTS (SELECT 1 FROM removed WHERE instance_id = ? AND (life > ? OR (life = ?
                            AND (kind = 'Death' OR (kind IN ('Thought', 'PartialThought') AND up_to >= ?)))))""");
        keep =
                connection.prepareStatement(
                        """
                        INSERT INTO unfinished (instance_id, life, number, at, told_at, details, text)
                        VALUES (?, ?, ?, ?, ?, ?, ?)
                        ON CONFLICT (instance_id, life) DO UPDATE SET
                          number = excluded.number, at = excluded.at, told_at = excluded.told_at,
                          details = excluded.details, text = excluded.text
                        WHERE excluded.number > unfinished.number
                          OR (excluded.number = unfinished.number AND excluded.at > unfinished.at)""");
        find =
                connection.prepareStatement(
                        """
                        SELECT life, number, at, details, text FROM unfinished
                        WHERE instance_id = ? AND life <= ? ORDER BY life""");
        delete =
                connection.prepareStatement(
                        "DELETE FROM unfinished WHERE instance_id = ? AND life = ?");
        deleteOld = connection.prepareStatement("DELETE FROM unfinished WHERE told_at < ?");
    }

    /**
     * Keeps what a life thinks, in place of what it thought before; a thought that is stored, or a
     * life that is over, is past that.
     */
    void keep(long instance, Entry entry, long nowMicros) throws SQLException {
        if (over(instance, entry.life(), entry.number())) {
            return;
        }
        keep.setLong(1, instance);
        keep.setLong(2, entry.life());
        keep.setLong(3, entry.number());
        keep.setLong(4, Micros.of(entry.at()));
        keep.setLong(5, nowMicros);
        keep.setString(6, Spelling.written(entry.details()));
        keep.setString(7, Spelling.written(entry.text()));
        keep.executeUpdate();
    }

    private boolean over(long instance, long life, long number) throws SQLException {
        long[] parameters = {
            instance, life, instance, life, instance, life, number, instance, life, life, number
        };
        for (int i = 0; i < parameters.length; i++) {
            over.setLong(i + 1, parameters[i]);
        }
        try (ResultSet row = over.executeQuery()) {
            return row.next();
        }
    }

    /**
     * Takes out what an entry, which is about to be stored, puts an end to.
     *
     * @return what is to be stored before it, the earliest life first: thoughts of lives that are
     *     over and that nobody told to their ends
     */
    List<Entry> endedBy(long instance, Entry entry) throws SQLException {
        List<Entry> found = new ArrayList<>();
        find.setLong(1, instance);
        find.setLong(2, entry.life());
        try (ResultSet row = find.executeQuery()) {
            while (row.next()) {
                found.add(entry(entry.of(), row));
            }
        }
        List<Entry> ended = new ArrayList<>();
        for (Entry thought : found) {
            boolean over = thought.life() < entry.life() || entry.kind() == Kind.Death;
            boolean told = !over && thinks(entry.kind()) && entry.number() >= thought.number();
            if (over || told) {
                delete.setLong(1, instance);
                delete.setLong(2, thought.life());
                delete.executeUpdate();
            }
            if (over) {
                ended.add(thought);
            }
        }
        return ended;
    }

    private static boolean thinks(Kind kind) {
        return switch (kind) {
            case Thought, PartialThought -> true;
            case Death, Resurrection, Suspension -> false;
        };
    }

    private static Entry entry(Origin of, ResultSet row) throws SQLException {
        return new Entry(
                of,
                row.getLong(1),
                Kind.PartialThought,
                row.getLong(2),
                Micros.at(row.getLong(3)),
                Spelling.read(row.getString(5)),
                null,
                Spelling.read(row.getString(4)));
    }

    /**
     * Forgets what was told before a time.
     *
     * @return how many were forgotten
     */
    int forgetBefore(long micros) throws SQLException {
        deleteOld.setLong(1, micros);
        return deleteOld.executeUpdate();
    }
}
