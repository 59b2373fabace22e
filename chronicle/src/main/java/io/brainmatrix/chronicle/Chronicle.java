package io.brainmatrix.chronicle;

import io.brainmatrix.chronicle.access.Callers;
import io.brainmatrix.chronicle.feed.Feed;
import io.brainmatrix.chronicle.http.ChronicleServer;
import io.brainmatrix.chronicle.http.Crowd;
import io.brainmatrix.chronicle.store.Database;
import io.brainmatrix.chronicle.store.Reader;
import io.brainmatrix.chronicle.store.Retention;
import io.brainmatrix.chronicle.store.Scribe;
import io.brainmatrix.chronicle.telemetry.ChronicleMetrics;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** All parts together. */
public final class Chronicle implements AutoCloseable {
    /** Damage to what nobody reads is found within a day. */
    private static final Duration CHECK_EVERY = Duration.ofHours(12);

    private final Scribe scribe;
    private final Reader reader;
    private final ChronicleServer server;
    private final ScheduledExecutorService inspector =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("inspector").daemon().factory());

    private Chronicle(Scribe scribe, Reader reader, ChronicleServer server) {
        this.scribe = scribe;
        this.reader = reader;
        this.server = server;
    }

    /** Opens a store and serves it; port 0 takes any. */
    public static Chronicle start(
            int port, Database database, Retention retention, Callers callers, Clock clock)
            throws IOException {
        Crowd crowd = Crowd.of(Runtime.getRuntime().maxMemory());
        Feed feed = new Feed(System::nanoTime, crowd.listeners());
        Reader reader = new Reader(database);
        Scribe scribe = new Scribe(database, retention, clock, reader::forget, feed::publish);
        ChronicleServer server =
                ChronicleServer.start(
                        port,
                        new ChronicleServer.Parts(
                                scribe,
                                reader,
                                feed,
                                callers,
                                new ChronicleMetrics(scribe, feed),
                                crowd,
                                clock,
                                System::nanoTime));
        scribe.start();
        Chronicle chronicle = new Chronicle(scribe, reader, server);
        ScheduledFuture<?> _ =
                chronicle.inspector.scheduleWithFixedDelay(
                        chronicle::inspect, 60, CHECK_EVERY.toSeconds(), TimeUnit.SECONDS);
        return chronicle;
    }

    /** Reads all that is stored; damage ends in a fault. */
    void inspect() {
        try {
            reader.check();
        } catch (SQLException e) {
            scribe.report(e);
        }
    }

    /** The port that it listens on. */
    public int port() {
        return server.port();
    }

    /** The part that writes. */
    public Scribe scribe() {
        return scribe;
    }

    @Override
    public void close() {
        inspector.shutdownNow();
        server.close();
        scribe.close();
        reader.close();
    }
}
