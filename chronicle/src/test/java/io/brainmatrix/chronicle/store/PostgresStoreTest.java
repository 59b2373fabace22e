package io.brainmatrix.chronicle.store;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The same on a real PostgreSQL, which the test brings along. */
@EnabledIfSystemProperty(
        named = "brainmatrix.full",
        matches = "true",
        disabledReason = "half a minute: make test-full runs it")
class PostgresStoreTest extends StoreContract {
    private static EmbeddedPostgres server;
    private static int databases;

    @BeforeAll
    static void start() throws IOException {
        server = EmbeddedPostgres.builder().setServerConfig("fsync", "on").start();
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    @Override
    Database database() {
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

    @Override
    Database same() {
        return new PostgresDatabase(server.getJdbcUrl("postgres", "chronicle" + databases), "", "");
    }
}
