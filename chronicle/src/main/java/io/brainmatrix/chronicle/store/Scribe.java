package io.brainmatrix.chronicle.store;

import io.brainmatrix.chronicle.entry.Entry;
import io.brainmatrix.chronicle.entry.Stored;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that writes. Batches that come while it commits are committed together, so that
 * the disk is synced once for many; each is acknowledged only then. When the database fails,
 * everything not acknowledged is refused, and the database is opened anew until it works.
 */
public final class Scribe implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Scribe.class.getName());

    /** Batches that wait; more are refused. */
    private static final int WAITING_MAX = 1024;

    /** Entries committed together. */
    private static final int GROUP_MAX = 2048;

    private static final int REMOVED_AT_ONCE = 256;
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    /**
     * What lives think just now is written with whatever else is, and if nothing is, so seldom: a
     * sync of the disk a second for each mind would wear it out.
     */
    private static final Duration KEEP_EVERY = Duration.ofSeconds(5);

    private static final Duration MEND_FIRST = Duration.ofMillis(200);
    private static final Duration MEND_MAX = Duration.ofSeconds(15);

    private final Database database;
    private final Retention retention;
    private final Clock clock;
    private final Runnable opened;
    private final Consumer<List<Stored>> listener;
    private final BlockingQueue<Task> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
    private final Pending unfinished = new Pending();
    private final AtomicLong commits = new AtomicLong();
    private final AtomicLong unfinishedStored = new AtomicLong();
    private final AtomicLong faults = new AtomicLong();
    private final Thread thread;

    private volatile @Nullable Fault fault =
            new Fault(Fault.Kind.Opening, "the store is not open yet");

    /**
     * A full disk is told until something was stored again, and only storing can tell: from its
     * opening on, entries are tried.
     */
    private volatile boolean tried;

    private volatile Book.Totals totals = new Book.Totals(0, 0, 0, 0, 0, 0);
    private volatile boolean ended;

    /** Found by somebody who reads: the writer is to look for itself. */
    private volatile @Nullable SQLException reported;

    private @Nullable Book book;

    /** Until a look at all of it has found it sound. */
    private boolean damaged;

    private Duration mendAfter = MEND_FIRST;

    private record Task(List<Draft> batch, CompletableFuture<List<Outcome>> answer) {}

    private record Done(Task task, List<Book.Result> results) {}

    /**
     * Opens the store, in its own time.
     *
     * @param opened is called each time the store was opened: whoever reads is to open it anew, for
     *     another may have been put in its place
     * @param listener is told what was stored, in order, on the thread that writes: it must not
     *     wait
     */
    public Scribe(
            Database database,
            Retention retention,
            Clock clock,
            Runnable opened,
            Consumer<List<Stored>> listener) {
        this.opened = opened;
        this.database = database;
        this.retention = retention;
        this.clock = clock;
        this.listener = listener;
        this.thread = Thread.ofPlatform().name("scribe").unstarted(this::run);
    }

    /** Begins to write. */
    public void start() {
        thread.start();
    }

    /**
     * Stores a batch as a whole.
     *
     * @return completed when it is on disk; exceptionally with {@link Refused}, and then no part of
     *     it is stored
     */
    public CompletableFuture<List<Outcome>> append(List<Draft> batch) {
        Fault now = fault;
        if (now != null && !tried) {
            return CompletableFuture.failedFuture(faulty(now));
        }
        Task task = new Task(List.copyOf(batch), new CompletableFuture<>());
        if (!waiting.offer(task)) {
            return CompletableFuture.failedFuture(
                    new Refused(
                            Refused.Cause.Busy,
                            -1,
                            "%d batches wait to be stored".formatted(WAITING_MAX)));
        }
        return task.answer();
    }

    /**
     * Takes what a life thinks just now, for when it never comes to an end; it is not acknowledged,
     * and what comes within a few seconds before this process is killed is lost.
     *
     * @param thought a {@code PartialThought}; told again with more of it, or a later one, it
     *     replaces the one before
     * @return whether there was room for it
     */
    public boolean tellUnfinished(Entry thought) {
        Fault now = fault;
        return (now == null || tried) && unfinished.put(thought);
    }

    private static Refused faulty(Fault fault) {
        return new Refused(
                Refused.Cause.Faulty, -1, "%s: %s".formatted(fault.kind(), fault.message()));
    }

    /** Why nothing can be stored now. */
    public Optional<Fault> fault() {
        return Optional.ofNullable(fault);
    }

    /** A reader met damage: the writer stops, and looks for itself. */
    public void report(SQLException found) {
        if (database.classify(found) == Fault.Kind.Corrupted) {
            reported = found;
        }
    }

    /** The sequence given last. */
    public long lastSequence() {
        return totals.lastSequence();
    }

    /** Entries now stored. */
    public long entries() {
        return totals.entries();
    }

    /** Bytes of their texts. */
    public long bytes() {
        return totals.bytes();
    }

    /** Entries that retention took away, ever. */
    public long removedEntries() {
        return totals.removedEntries();
    }

    /** Bytes of those. */
    public long removedBytes() {
        return totals.removedBytes();
    }

    /** Batches that wait now. */
    public int waiting() {
        return waiting.size();
    }

    /** Commits so far. */
    public long commits() {
        return commits.get();
    }

    /** Thoughts under way that became entries, by this process. */
    public long unfinishedStored() {
        return unfinishedStored.get();
    }

    /** How often storing has failed. */
    public long faults() {
        return faults.get();
    }

    private void run() {
        Instant looked = Instant.MIN;
        Instant kept = clock.instant();
        while (!ended) {
            try {
                if (book == null) {
                    open();
                    looked = Instant.MIN;
                }
                SQLException found = reported;
                if (found != null) {
                    reported = null;
                    throw found;
                }
                Task first = waiting.poll(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
                Instant now = clock.instant();
                if (first != null || kept.isBefore(now.minus(KEEP_EVERY)) || kept.isAfter(now)) {
                    write(first);
                    kept = now;
                }
                if (looked.isBefore(now.minus(LOOK_EVERY)) || looked.isAfter(now)) {
                    looked = removeOld(now) ? Instant.MIN : now;
                }
            } catch (SQLException | RuntimeException e) {
                fail(e); // a fault of ours as well: whoever waits must be answered
            } catch (InterruptedException e) {
                ended = true;
            }
        }
        refuseAll(new Fault(Fault.Kind.Opening, "the chronicle ends"));
        keepUnfinished();
        closeBook();
        if (database instanceof SqliteDatabase sqlite) {
            sqlite.unlock();
        }
    }

    /** After damage the whole file is looked at before anything is written to it again. */
    private void open() throws SQLException {
        Fault before = fault;
        Book sound = null;
        var connection = database.writer();
        try {
            if (damaged) {
                database.check(connection);
                connection.rollback();
                damaged = false;
            }
            sound = new Book(connection);
        } finally {
            if (sound == null) {
                connection.close();
            }
        }
        if (sound.totals().lastSequence() < totals.lastSequence()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The store ends at sequence {0}, {1} was given before: an older one was put in its place",
                    Long.toString(sound.totals().lastSequence()),
                    Long.toString(totals.lastSequence()));
            sound.neverBefore(totals.lastSequence());
        }
        book = sound;
        totals = sound.totals();
        opened.run();
        tried = true;
        if (before == null || before.kind() != Fault.Kind.DiskFull) {
            well();
        }
        LOG.log(
                System.Logger.Level.INFO,
                "Store open: {0} entries, last sequence {1}",
                Long.toString(entries()),
                Long.toString(lastSequence()));
    }

    private void well() {
        fault = null;
        mendAfter = MEND_FIRST;
    }

    /** What lives think just now is kept across an orderly end. */
    private void keepUnfinished() {
        try {
            if (book != null) {
                write(null);
            }
        } catch (SQLException | RuntimeException e) {
            LOG.log(System.Logger.Level.DEBUG, "Closing the store", e);
        }
    }

    private void write(@Nullable Task first) throws SQLException {
        List<Entry> thoughts = unfinished.all();
        List<Task> group = new ArrayList<>();
        int entries = 0;
        for (Task next = first; next != null; ) {
            group.add(next);
            entries += next.batch().size();
            next = entries < GROUP_MAX ? waiting.poll() : null;
        }
        if (group.isEmpty() && thoughts.isEmpty()) {
            return;
        }
        Book to = Objects.requireNonNull(book, "open");
        List<Done> done = new ArrayList<>();
        try {
            Instant now = clock.instant();
            to.keepUnfinished(thoughts, now);
            for (Task task : group) {
                try {
                    done.add(new Done(task, to.append(task.batch(), now)));
                } catch (Refused e) {
                    task.answer().completeExceptionally(e);
                }
            }
            to.commit();
        } catch (SQLException | RuntimeException e) {
            unfinished.written(thoughts); // none of them may keep entries from being stored
            Refused refused = faulty(declare(e)); // said before anybody is refused for it
            group.forEach(task -> task.answer().completeExceptionally(refused));
            throw e;
        }
        commits.incrementAndGet();
        unfinished.written(thoughts);
        totals = to.totals();
        if (done.stream()
                .flatMap(one -> one.results().stream())
                .anyMatch(r -> !r.stored().isEmpty())) {
            well();
        }
        List<Stored> stored = new ArrayList<>();
        for (Done one : done) {
            for (Book.Result result : one.results()) {
                stored.addAll(result.stored());
                unfinishedStored.addAndGet(Math.max(0, result.stored().size() - 1));
            }
            one.task().answer().complete(one.results().stream().map(Book.Result::outcome).toList());
        }
        if (!stored.isEmpty()) {
            listener.accept(stored);
        }
    }

    /** Whether there is more to remove. */
    private boolean removeOld(Instant now) throws SQLException {
        if (retention.equals(Retention.FOREVER)) {
            return false;
        }
        Book from = Objects.requireNonNull(book, "open");
        int count = from.removeOldest(retention, now, REMOVED_AT_ONCE);
        if (count + from.forgetUnfinished(retention, now) > 0) {
            from.commit();
            totals = from.totals();
        } else {
            from.rollback(); // a reading transaction would keep the log from being cut
        }
        return count == REMOVED_AT_ONCE;
    }

    /** Says that nothing can be stored; the same said twice is one fault. */
    private Fault declare(Exception e) {
        Fault.Kind kind = kind(e);
        damaged |= kind == Fault.Kind.Corrupted;
        Fault now = new Fault(kind, words(e));
        Fault before = fault;
        fault = now;
        tried = false;
        if (!now.equals(before)) {
            faults.incrementAndGet();
            LOG.log(
                    System.Logger.Level.ERROR,
                    "Nothing can be stored: {0}: {1}",
                    kind,
                    now.message());
        }
        return now;
    }

    private void fail(Exception e) {
        refuseAll(declare(e));
        closeBook();
        try {
            Thread.sleep(mendAfter);
        } catch (InterruptedException interrupted) {
            ended = true;
        }
        mendAfter =
                mendAfter.multipliedBy(2).compareTo(MEND_MAX) < 0
                        ? mendAfter.multipliedBy(2)
                        : MEND_MAX;
    }

    /** Flyway wraps what the database says. */
    private Fault.Kind kind(Exception e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return database.classify(sql);
            }
        }
        return Fault.Kind.Failed;
    }

    private static String words(Exception e) {
        String message = e.getMessage();
        return message == null
                ? e.getClass().getSimpleName()
                : message.strip().replaceAll("\\s+", " ");
    }

    private void refuseAll(Fault why) {
        for (Task task = waiting.poll(); task != null; task = waiting.poll()) {
            task.answer().completeExceptionally(faulty(why));
        }
    }

    private void closeBook() {
        if (book != null) {
            try {
                book.close();
            } catch (SQLException e) {
                LOG.log(System.Logger.Level.DEBUG, "Closing the store", e);
            }
            book = null;
        }
    }

    /** Stores what waits no more; returns when the store is closed. */
    @Override
    public void close() {
        ended = true;
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
