package io.brainmatrix.chronicle.store;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The same on a real PostgreSQL. */
@EnabledIfSystemProperty(
        named = "brainmatrix.full",
        matches = "true",
        disabledReason = "half a minute: make test-full runs it")
class PostgresTest {
    private static PostgresServer server;

    @BeforeAll
    static void start() throws IOException {
        server = new PostgresServer();
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    @Nested
    class Storing extends StoreContract {
        @Override
        Database database() {
            return server.another();
        }

        @Override
        Database same() {
            return server.same();
        }
    }

    @Nested
    class WhatIsUnfinished extends UnfinishedContract {
        @Override
        Database database() {
            return server.another();
        }

        @Override
        Database same() {
            return server.same();
        }
    }
}
