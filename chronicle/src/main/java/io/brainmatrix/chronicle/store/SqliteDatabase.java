package io.brainmatrix.chronicle.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** A file in WAL mode: readers and the writer do not wait for one another. */
public final class SqliteDatabase implements Database {
    private static final int BUSY_TIMEOUT_MILLIS = 5_000;
    private static final int WRITER_CACHE_KIB = 4_096;
    private static final int READER_CACHE_KIB = 512;

    private final Path file;
    private final long maxPages;

    /** Held as long as the process lives: SQLite itself would let a second process write, too. */
    private @Nullable FileLock lock;

    /** A database file; its directory must be there. */
    public SqliteDatabase(Path file) {
        this(file, 0);
    }

    /**
     * The same, with a bound of its own.
     *
     * @param maxPages pages of 4 KiB that the file may have; 0 leaves that to the disk
     */
    SqliteDatabase(Path file, long maxPages) {
        this.file = file;
        this.maxPages = maxPages;
    }

    @Override
    public Connection writer() throws SQLException {
        lock();
        Flyway.configure()
                .dataSource(url(), null, null)
                .locations("classpath:db/sqlite")
                .cleanDisabled(true)
                .load()
                .migrate();
        Connection connection = connect(WRITER_CACHE_KIB, false);
        try (Statement statement = connection.createStatement()) {
            if (maxPages > 0) {
                statement.execute("PRAGMA max_page_count = " + maxPages);
            }
            connection.setAutoCommit(false);
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
        return connection;
    }

    @Override
    public Connection reader() throws SQLException {
        if (!Files.exists(file)) {
            throw new SQLException("there is no file " + file); // SQLite would make an empty one
        }
        return connect(READER_CACHE_KIB, true);
    }

    private Connection connect(int cacheKib, boolean queryOnly) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
        config.setCacheSize(-cacheKib);
        config.enforceForeignKeys(true);
        Connection connection = config.createConnection(url());
        try (Statement statement = connection.createStatement()) {
            // A log that once grew is cut again at the next checkpoint.
            statement.execute("PRAGMA journal_size_limit = 16777216");
            statement.execute("PRAGMA query_only = " + queryOnly);
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
        return connection;
    }

    @Override
    public void check(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("PRAGMA quick_check(1)")) {
            String verdict = found.next() ? found.getString(1) : "no verdict";
            if (!verdict.equals("ok")) {
                throw new SQLiteException(
                        "the file is damaged: " + verdict, SQLiteErrorCode.SQLITE_CORRUPT);
            }
        }
    }

    @Override
    public Fault.Kind classify(SQLException failure) {
        if (!(failure instanceof SQLiteException sqlite)) {
            return Fault.Kind.Failed;
        }
        return switch (sqlite.getResultCode()) {
            case SQLITE_FULL -> Fault.Kind.DiskFull;
            case SQLITE_CORRUPT,
                    SQLITE_CORRUPT_VTAB,
                    SQLITE_CORRUPT_INDEX,
                    SQLITE_CORRUPT_SEQUENCE,
                    SQLITE_NOTADB ->
                    Fault.Kind.Corrupted;
            default -> Fault.Kind.Failed;
        };
    }

    @Override
    public String matches(int terms) {
        return "e.sequence IN (SELECT rowid FROM entry_search WHERE entry_search MATCH ?)";
    }

    /** In quotes a term is what it says: none of FTS5's operators. */
    @Override
    public List<String> match(List<String> terms) {
        return List.of(
                terms.stream()
                        .map(term -> '"' + term.replace("\"", "\"\"") + '"')
                        .collect(Collectors.joining(" AND ")));
    }

    private String url() {
        return "jdbc:sqlite:" + file;
    }

    private synchronized void lock() throws SQLException {
        if (lock != null && lock.isValid()) {
            return;
        }
        Path path = file.resolveSibling(file.getFileName() + ".lock");
        try {
            FileChannel channel =
                    FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            lock = channel.tryLock();
            if (lock == null) {
                channel.close();
                throw new SQLException("another process writes to " + file);
            }
        } catch (OverlappingFileLockException e) {
            // The channel stays open: closing any of a file ends this process's lock of it.
            throw new SQLException("this process writes to " + file + " already", e);
        } catch (IOException e) {
            throw new SQLException("cannot lock " + path + ": " + e.getMessage(), e);
        }
    }

    /** Lets another writer of this file in. */
    synchronized void unlock() {
        try {
            if (lock != null) {
                lock.channel().close();
            }
        } catch (IOException e) {
            // it is let go with the process at the latest
        }
        lock = null;
    }
}
