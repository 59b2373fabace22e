package io.brainmatrix.chronicle.store;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import org.flywaydb.core.Flyway;

/** A PostgreSQL database of its own. */
public final class PostgresDatabase implements Database {
    /** Any number that no other program takes: held by the session that writes. */
    private static final long WRITER_LOCK = 0x627261696e6dL;

    private static final String TIMEOUT_SECONDS = "15";

    private final String url;
    private final Properties login = new Properties();

    /** A database by its JDBC URL; user and password may be in it, and are empty then. */
    public PostgresDatabase(String url, String user, String password) {
        this.url = url;
        if (!user.isEmpty()) {
            login.setProperty("user", user);
            login.setProperty("password", password);
        }
        login.setProperty("connectTimeout", TIMEOUT_SECONDS);
        login.setProperty("socketTimeout", TIMEOUT_SECONDS);
        login.setProperty("ApplicationName", "brainmatrix-chronicle");
    }

    @Override
    public Connection writer() throws SQLException {
        Connection connection = DriverManager.getConnection(url, login);
        try {
            try (Statement statement = connection.createStatement();
                    ResultSet taken =
                            statement.executeQuery(
                                    "SELECT pg_try_advisory_lock(" + WRITER_LOCK + ")")) {
                if (!taken.next() || !taken.getBoolean(1)) {
                    throw new SQLException("another chronicle writes to this database");
                }
            }
            Flyway.configure()
                    .dataSource(
                            url,
                            login.getProperty("user", null),
                            login.getProperty("password", null))
                    .locations("classpath:db/postgresql")
                    .cleanDisabled(true)
                    .load()
                    .migrate();
            try (Statement statement = connection.createStatement()) {
                // Acknowledged means on disk, whatever the server's default is.
                statement.execute("SET synchronous_commit = on");
            }
            connection.setAutoCommit(false);
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
        return connection;
    }

    @Override
    public Connection reader() throws SQLException {
        Connection connection = DriverManager.getConnection(url, login);
        connection.setReadOnly(true);
        return connection;
    }

    @Override
    public void check(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT last_sequence FROM chronicle");
        }
    }

    @Override
    public Fault.Kind classify(SQLException failure) {
        String state = failure.getSQLState() == null ? "" : failure.getSQLState();
        if (state.equals("53100")) {
            return Fault.Kind.DiskFull;
        }
        if (state.startsWith("XX")) {
            return Fault.Kind.Corrupted;
        }
        return state.startsWith("08") || state.startsWith("57") || state.isEmpty()
                ? Fault.Kind.Unreachable
                : Fault.Kind.Failed;
    }

    @Override
    public String matches(int terms) {
        return "e.words @@ ("
                + String.join(" && ", Collections.nCopies(terms, "phraseto_tsquery('simple', ?)"))
                + ")";
    }

    @Override
    public List<String> match(List<String> terms) {
        return terms;
    }
}
