package io.brainmatrix.chronicle.feed;

import io.brainmatrix.chronicle.entry.Entry;
import io.brainmatrix.chronicle.entry.Prompt;
import io.brainmatrix.chronicle.entry.Stored;
import io.brainmatrix.chronicle.store.Filter;
import io.brainmatrix.chronicle.store.Scope;
import io.prometheus.client.Histogram;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Brings what was stored to those that listen. Each has a small queue; one that is too slow for it
 * loses the queue, not the entries: it reads on from the store where it was.
 */
public final class Feed {
    /** The same caller; one more ends its oldest. */
    private static final int OF_ONE_CALLER_MAX = 4;

    private static final int QUEUED_MAX = 128;
    private static final long QUEUED_CHARS_MAX = 512 << 10;

    /** Of all queues together. */
    private static final long ALL_QUEUED_CHARS_MAX = 8 << 20;

    private final Histogram lag =
            Histogram.build(
                            "brainmatrix_chronicle_feed_lag_seconds",
                            "From an entry's being on disk until it was written to a listener that was not behind.")
                    .buckets(.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5)
                    .create();
    private final AtomicLong catchUps = new AtomicLong();
    private final AtomicLong queuedChars = new AtomicLong();
    private final LongSupplier nanos;
    private final int listenersMax;
    private final Map<Watched, Set<Listener>> byInstance = new ConcurrentHashMap<>();
    private final Set<Listener> others = new CopyOnWriteArraySet<>();
    private final Map<String, Deque<Listener>> byCaller = new HashMap<>();
    private int listeners;

    private record Watched(String matrixUid, String instance) {}

    /**
     * A feed.
     *
     * @param nanos the monotonic clock that it measures by
     * @param listenersMax who may listen at once, all together
     */
    public Feed(LongSupplier nanos, int listenersMax) {
        this.nanos = nanos;
        this.listenersMax = listenersMax;
    }

    /** One that listens; used by one thread. */
    public final class Listener implements AutoCloseable {
        private final String caller;
        private final Scope scope;
        private final Filter filter;
        private final Thread thread = Thread.currentThread();
        private final Deque<News> queue = new ArrayDeque<>();
        private long chars;
        private boolean behind = true;
        private boolean ended;

        private Listener(String caller, Scope scope, Filter filter) {
            this.caller = caller;
            this.scope = scope;
            this.filter = filter;
        }

        /**
         * Whether it must read from the store before it takes: so it is at first, and after it was
         * too slow. What is stored from now on is queued again.
         */
        public synchronized boolean behind() {
            boolean was = behind;
            behind = false;
            return was;
        }

        /** The next entry; empty when none came in time, or it is behind. */
        public synchronized Optional<News> take(long timeoutMillis) throws InterruptedException {
            long until = nanos.getAsLong() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
            long left = timeoutMillis;
            while (left > 0 && queue.isEmpty() && !behind && !ended) {
                wait(left);
                left = TimeUnit.NANOSECONDS.toMillis(until - nanos.getAsLong());
            }
            News next = queue.poll();
            if (next != null) {
                count(-next.chars());
            }
            return Optional.ofNullable(next);
        }

        /** Whether it is to end: its caller listens too often. */
        public synchronized boolean ended() {
            return ended;
        }

        private synchronized void offer(News news, Entry entry) {
            if (behind || ended || !wants(entry)) {
                return;
            }
            int length = news.chars();
            if (queue.size() >= QUEUED_MAX
                    || (chars + length > QUEUED_CHARS_MAX && !queue.isEmpty())
                    || queuedChars.get() + length > ALL_QUEUED_CHARS_MAX) {
                clear();
                behind = true;
                catchUps.incrementAndGet();
            } else {
                queue.add(news);
                count(length);
            }
            notifyAll();
        }

        private boolean wants(Entry entry) {
            boolean within =
                    switch (scope) {
                        case Scope.All all -> true;
                        case Scope.Namespace one -> one.name().equals(entry.of().namespace());
                        case Scope.Instances some -> true; // offered to those alone
                    };
            return within
                    && same(filter.namespace(), entry.of().namespace())
                    && same(filter.matrix(), entry.of().matrix())
                    && same(filter.instance(), entry.of().instance())
                    && (filter.kinds().isEmpty() || filter.kinds().contains(entry.kind()));
        }

        private static boolean same(@Nullable String asked, String is) {
            return asked == null || asked.equals(is);
        }

        private void count(long more) {
            chars += more;
            queuedChars.addAndGet(more);
        }

        private void clear() {
            queue.clear();
            count(-chars);
        }

        private synchronized void end() {
            ended = true;
            notifyAll();
            thread.interrupt(); // it may wait for a client that takes nothing
        }

        @Override
        public void close() {
            synchronized (this) {
                ended = true;
                clear();
            }
            forget(this);
        }
    }

    /**
     * Begins to listen, on this thread; empty when too many do.
     *
     * @param caller by whose name the number of listeners is bounded
     */
    public Optional<Listener> listen(String caller, Scope scope, Filter filter) {
        Listener listener = new Listener(caller, scope, filter);
        List<Listener> tooMany = new ArrayList<>();
        synchronized (byCaller) {
            if (listeners >= listenersMax) {
                return Optional.empty();
            }
            listeners++;
            Deque<Listener> own = byCaller.computeIfAbsent(caller, c -> new ArrayDeque<>());
            own.add(listener);
            while (own.size() > OF_ONE_CALLER_MAX) {
                tooMany.add(own.removeFirst());
            }
        }
        tooMany.forEach(Listener::end);
        if (scope instanceof Scope.Instances some) {
            for (String name : some.names()) {
                byInstance.compute(
                        new Watched(some.matrixUid(), name),
                        (watched, before) -> {
                            Set<Listener> set =
                                    before == null ? ConcurrentHashMap.newKeySet() : before;
                            set.add(listener);
                            return set;
                        });
            }
        } else {
            others.add(listener);
        }
        return Optional.of(listener);
    }

    private void forget(Listener listener) {
        if (listener.scope instanceof Scope.Instances some) {
            for (String name : some.names()) {
                byInstance.computeIfPresent(
                        new Watched(some.matrixUid(), name),
                        (watched, set) -> {
                            set.remove(listener);
                            return set.isEmpty() ? null : set;
                        });
            }
        } else {
            others.remove(listener);
        }
        synchronized (byCaller) {
            listeners--;
            Deque<Listener> own = byCaller.get(listener.caller);
            if (own != null) {
                own.remove(listener);
                if (own.isEmpty()) {
                    byCaller.remove(listener.caller);
                }
            }
        }
    }

    /** Tells what was stored; never waits. */
    public void publish(List<Stored> stored) {
        long now = nanos.getAsLong();
        for (Stored one : stored) {
            Entry entry = one.entry();
            Set<Listener> own =
                    byInstance.getOrDefault(
                            new Watched(entry.of().matrixUid(), entry.of().instance()), Set.of());
            if (own.isEmpty() && others.isEmpty()) {
                continue;
            }
            News news = new News(new Stored(one.sequence(), one.storedAt(), light(entry)), now);
            own.forEach(listener -> listener.offer(news, entry));
            others.forEach(listener -> listener.offer(news, entry));
        }
    }

    /** Without the prompt's text: queues hold what is sent, and nothing besides. */
    private static Entry light(Entry entry) {
        Prompt prompt = entry.prompt();
        return prompt == null
                ? entry
                : new Entry(
                        entry.of(),
                        entry.life(),
                        entry.kind(),
                        entry.number(),
                        entry.at(),
                        entry.text(),
                        new Prompt("", prompt.sha256()),
                        entry.details());
    }

    /** Notes that news was written to a listener. */
    public void written(News news) {
        lag.observe((nanos.getAsLong() - news.onDisk()) / 1e9);
    }

    /** Who listens now. */
    public int listeners() {
        synchronized (byCaller) {
            return listeners;
        }
    }

    /** Times a listener was too slow. */
    public long catchUps() {
        return catchUps.get();
    }

    /** The lag's metric. */
    public Histogram lag() {
        return lag;
    }
}
