package io.brainmatrix.chronicle.store;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** A real PostgreSQL, which the tests bring along, and a database in it for each test. */
final class PostgresServer implements AutoCloseable {
    private final EmbeddedPostgres server;
    private int databases;

    PostgresServer() throws IOException {
        server = EmbeddedPostgres.builder().setServerConfig("fsync", "on").start();
    }

    /** An empty one. */
    Database another() {
        databases++;
        try (Connection admin =
                        DriverManager.getConnection(server.getJdbcUrl("postgres", "postgres"));
                Statement statement = admin.createStatement()) {
            statement.execute("CREATE DATABASE chronicle" + databases);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return same();
    }

    /** The one that was made last. */
    Database same() {
        return new PostgresDatabase(server.getJdbcUrl("postgres", "chronicle" + databases), "", "");
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
