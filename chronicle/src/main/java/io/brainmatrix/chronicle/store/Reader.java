package io.brainmatrix.chronicle.store;

import io.brainmatrix.chronicle.entry.Entry;
import io.brainmatrix.chronicle.entry.Kind;
import io.brainmatrix.chronicle.entry.Origin;
import io.brainmatrix.chronicle.entry.Prompt;
import io.brainmatrix.chronicle.entry.Spelling;
import io.brainmatrix.chronicle.entry.Stored;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** The reading side of the tables; any number of threads, a few connections. */
public final class Reader implements AutoCloseable {
    /** What {@link Statistics#recent} counts. */
    public static final Duration RECENT = Duration.ofMinutes(5);

    private static final int CONNECTIONS_MAX = 4;

    private static final String COLUMNS =
            """
            e.sequence, e.stored_at, i.namespace, i.matrix, i.matrix_uid, i.name, e.life, e.kind, e.number, e.at,
            e.text, e.details, e.prompt_sha256""";

    private static final String FROM =
            " FROM entry e JOIN instance i ON i.id = e.instance_id WHERE ";

    private final Database database;
    private final Semaphore turns = new Semaphore(CONNECTIONS_MAX, true);
    private final Deque<Connection> idle = new ArrayDeque<>();
    private boolean closed;

    /** Grows when connections made before are not to be used again. */
    private long generation;

    /** Reads of a database. */
    public Reader(Database database) {
        this.database = database;
    }

    private interface Work<T> {
        T with(Connection connection) throws SQLException;
    }

    /** SQL with its parameters. */
    private static final class Query {
        private final StringBuilder sql;
        private final List<Object> parameters = new ArrayList<>();

        Query(String begin) {
            sql = new StringBuilder(begin);
        }

        Query add(String part, Object... values) {
            sql.append(part);
            parameters.addAll(List.of(values));
            return this;
        }

        PreparedStatement on(Connection connection) throws SQLException {
            PreparedStatement statement = connection.prepareStatement(sql.toString());
            for (int i = 0; i < parameters.size(); i++) {
                switch (parameters.get(i)) {
                    case Long number -> statement.setLong(i + 1, number);
                    case Integer number -> statement.setInt(i + 1, number);
                    case Object text -> statement.setString(i + 1, text.toString());
                }
            }
            return statement;
        }
    }

    /**
     * Entries that a filter takes, within what may be read.
     *
     * @param withPrompts whether their prompts' texts are read, too
     */
    public List<Stored> entries(Scope scope, Filter filter, int limit, boolean withPrompts)
            throws SQLException {
        Query query = new Query("SELECT " + COLUMNS);
        query.add(withPrompts ? ", e.prompt" : ", NULL").add(FROM);
        query.add("e.sequence > ? AND e.sequence < ?", filter.after(), filter.before());
        of(query, scope, filter.namespace(), filter.matrix(), filter.instance());
        if (!filter.kinds().isEmpty()) {
            query.add(" AND e.kind IN (");
            names(query, filter.kinds().stream().map(Kind::name).sorted().toList());
        }
        if (filter.from() != null) {
            query.add(" AND e.stored_at >= ?", Micros.of(filter.from()));
        }
        if (filter.to() != null) {
            query.add(" AND e.stored_at < ?", Micros.of(filter.to()));
        }
        if (!filter.terms().isEmpty()) {
            List<String> terms = filter.terms().stream().map(Spelling::written).toList();
            query.add(" AND " + database.matches(terms.size()), database.match(terms).toArray());
        }
        query.add(" ORDER BY e.sequence" + (filter.newestFirst() ? " DESC" : ""));
        query.add(" LIMIT ?", limit);
        return read(query);
    }

    /** One entry, with its prompt. */
    public Optional<Stored> entry(Scope scope, long sequence) throws SQLException {
        Query query = new Query("SELECT " + COLUMNS + ", e.prompt" + FROM);
        query.add("e.sequence = ?", sequence);
        of(query, scope, null, null, null);
        return read(query).stream().findFirst();
    }

    /**
     * What an instance told and was told of, the newest first.
     *
     * @param skip so many of the newest are left out
     */
    public List<Stored> history(Origin own, int skip, int limit) throws SQLException {
        Query query = new Query("SELECT " + COLUMNS + ", e.prompt" + FROM);
        query.add("TRUE");
        of(
                query,
                new Scope.Instances(own.matrixUid(), java.util.Set.of(own.instance())),
                null,
                null,
                null);
        query.add(" ORDER BY e.sequence DESC LIMIT ? OFFSET ?", limit, skip);
        return read(query);
    }

    /** What was ever stored, by instance and kind. */
    public List<Statistics> statistics(Scope scope, Filter filter, Instant now)
            throws SQLException {
        Query query =
                new Query(
                        """
                        SELECT i.namespace, i.matrix, i.matrix_uid, i.name, e.kind, e.entries, e.bytes,
                          e.prompt_tokens, e.completion_tokens, e.last_at, e.removed_entries, e.removed_bytes,
                          (SELECT COUNT(*) FROM entry r WHERE r.instance_id = e.instance_id AND r.kind = e.kind
                           AND r.stored_at >= ?)
                        FROM tally e JOIN instance i ON i.id = e.instance_id WHERE TRUE""");
        query.add("", Micros.of(now.minus(RECENT)));
        of(query, scope, filter.namespace(), filter.matrix(), filter.instance());
        query.add(" ORDER BY i.namespace, i.matrix, i.name, i.matrix_uid, e.kind");
        return with(
                connection -> {
                    try (PreparedStatement statement = query.on(connection);
                            ResultSet row = statement.executeQuery()) {
                        List<Statistics> all = new ArrayList<>();
                        while (row.next()) {
                            all.add(
                                    new Statistics(
                                            origin(row, 1),
                                            Kind.valueOf(row.getString(5)),
                                            row.getLong(6),
                                            row.getLong(7),
                                            row.getLong(8),
                                            row.getLong(9),
                                            Micros.at(row.getLong(10)),
                                            row.getLong(11),
                                            row.getLong(12),
                                            row.getLong(13)));
                        }
                        return all;
                    }
                });
    }

    /**
     * Looks whether what is stored is sound.
     *
     * @throws SQLException when it is not
     */
    public void check() throws SQLException {
        with(
                connection -> {
                    database.check(connection);
                    return true;
                });
    }

    private static void of(
            Query query,
            Scope scope,
            @Nullable String namespace,
            @Nullable String matrix,
            @Nullable String instance) {
        // A list of ids lets the index of instance and sequence be used.
        Query inner = new Query("");
        switch (scope) {
            case Scope.All all -> {}
            case Scope.Namespace one -> inner.add(" AND namespace = ?", one.name());
            case Scope.Instances some -> {
                inner.add(" AND matrix_uid = ? AND name IN (", some.matrixUid());
                names(inner, some.names().stream().sorted().toList());
            }
        }
        if (namespace != null) {
            inner.add(" AND namespace = ?", namespace);
        }
        if (matrix != null) {
            inner.add(" AND matrix = ?", matrix);
        }
        if (instance != null) {
            inner.add(" AND name = ?", instance);
        }
        if (!inner.parameters.isEmpty()) {
            query.add(" AND e.instance_id IN (SELECT id FROM instance WHERE TRUE");
            query.add(inner.sql.toString(), inner.parameters.toArray()).add(")");
        }
    }

    /** Of nobody when there are none. */
    private static void names(Query query, List<String> names) {
        for (int i = 0; i < names.size(); i++) {
            query.add(i == 0 ? "?" : ", ?", names.get(i));
        }
        query.add(names.isEmpty() ? "NULL)" : ")");
    }

    private List<Stored> read(Query query) throws SQLException {
        return with(
                connection -> {
                    try (PreparedStatement statement = query.on(connection);
                            ResultSet row = statement.executeQuery()) {
                        List<Stored> all = new ArrayList<>();
                        while (row.next()) {
                            all.add(stored(row));
                        }
                        return all;
                    }
                });
    }

    private static Stored stored(ResultSet row) throws SQLException {
        String sha256 = row.getString(13);
        String prompt = row.getString(14);
        return new Stored(
                row.getLong(1),
                Micros.at(row.getLong(2)),
                new Entry(
                        origin(row, 3),
                        row.getLong(7),
                        Kind.valueOf(row.getString(8)),
                        row.getLong(9),
                        Micros.at(row.getLong(10)),
                        Spelling.read(row.getString(11)),
                        sha256 == null
                                ? null
                                : new Prompt(prompt == null ? "" : Spelling.read(prompt), sha256),
                        Spelling.read(row.getString(12))));
    }

    private static Origin origin(ResultSet row, int first) throws SQLException {
        return new Origin(
                row.getString(first),
                row.getString(first + 1),
                row.getString(first + 2),
                row.getString(first + 3));
    }

    private <T> T with(Work<T> work) throws SQLException {
        turns.acquireUninterruptibly();
        try {
            long taken;
            synchronized (idle) {
                taken = generation;
            }
            Connection connection = take();
            boolean well = false;
            try {
                T result = work.with(connection);
                well = true;
                return result;
            } finally {
                give(connection, well, taken);
            }
        } finally {
            turns.release();
        }
    }

    private Connection take() throws SQLException {
        synchronized (idle) {
            if (closed) {
                throw new SQLException("the store is closed");
            }
            Connection one = idle.poll();
            if (one != null) {
                return one;
            }
        }
        return database.reader();
    }

    /** One that failed is not used again: the database may have been put in order meanwhile. */
    private void give(Connection connection, boolean well, long taken) {
        synchronized (idle) {
            if (well && !closed && taken == generation) {
                idle.push(connection);
                return;
            }
        }
        end(connection);
    }

    /** Closes connections that nobody uses: the next ones see the database as it is then. */
    public void forget() {
        List<Connection> old;
        synchronized (idle) {
            old = new ArrayList<>(idle);
            idle.clear();
            generation++;
        }
        old.forEach(Reader::end);
    }

    private static void end(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            // one that only reads has nothing to lose
        }
    }

    @Override
    public void close() {
        synchronized (idle) {
            closed = true;
        }
        forget();
    }
}
