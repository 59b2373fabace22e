package io.brainmatrix.chronicle.store;

import io.brainmatrix.chronicle.Entries;
import io.brainmatrix.chronicle.entry.Entry;
import io.brainmatrix.chronicle.entry.Stored;
import java.sql.SQLException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A store that is empty when a test begins, and may be opened anew within it. */
abstract class OpenStore {
    static final Clock CLOCK = Clock.fixed(Entries.NOON, ZoneOffset.UTC);
    static final Scope ALL = new Scope.All();

    private final List<Stored> heard = Collections.synchronizedList(new ArrayList<>());
    Scribe scribe;
    Reader reader;
    private Database database;

    /** The same database each time it is asked within one test. */
    abstract Database database();

    /** The same database as another process would open it. */
    abstract Database same();

    @BeforeEach
    void open() {
        database = database();
        start(Retention.FOREVER, CLOCK);
    }

    @AfterEach
    void close() throws SQLException {
        scribe.close();
        reader.close();
    }

    private void start(Retention retention, Clock clock) {
        scribe = new Scribe(database, retention, clock, () -> {}, heard::addAll);
        scribe.start();
        reader = new Reader(database);
        Awaitility.await().until(() -> scribe.fault().isEmpty());
    }

    void restart(Retention retention) throws SQLException {
        restart(retention, CLOCK);
    }

    void restart(Retention retention, Clock clock) throws SQLException {
        close();
        start(retention, clock);
    }

    List<Outcome> append(Entry... entries) throws Exception {
        return scribe.append(Arrays.stream(entries).map(Draft::of).toList()).get();
    }

    /** What was told as news once there is that much: a writer has its answer before them. */
    List<Stored> heard(int entries) {
        Awaitility.await().until(() -> heard.size() >= entries);
        return List.copyOf(heard);
    }

    List<Stored> all(Filter filter) throws SQLException {
        return reader.entries(ALL, filter, 10_000, true);
    }

    static List<String> texts(List<Stored> stored) {
        return stored.stream().map(s -> s.entry().text()).toList();
    }
}
