package io.brainmatrix.operator.herald;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.operator.kube.ClusterView;
import io.brainmatrix.operator.leader.Leadership;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;

/**
 * Watches statuses, and what pods leave, and hands what they tell of to whoever delivers it, each
 * thing once per process. It has a thread of its own: nobody who decides waits for it, or for the
 * chronicle.
 */
public final class Herald implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Herald.class);

    /** Between two looks at whether this process leads by now, and after a disk that was full. */
    private static final long LOOK_MILLIS = 2_000;

    /** More pods than that do not end while one of them is still there. */
    private static final int TOLD_THOUGHTS_MAX = 4_096;

    private final ClusterView view;
    private final Leadership leadership;
    private final Teller teller;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** By UID, as they were last seen, until they are looked at. Guarded by the lock. */
    private final Map<String, BrainMatrix> seen = new LinkedHashMap<>();

    /** Of pods that have ended, until they are looked at; by UID. Guarded by the lock. */
    private final Map<String, LastThought> thoughts = new LinkedHashMap<>();

    /** By the matrix's UID: keys of what was handed over. For the herald's thread alone. */
    private final Map<String, Set<String>> told = new HashMap<>();

    /** UIDs of pods whose last thought was handed over. For the herald's thread alone. */
    private final LinkedHashSet<String> toldThoughts = new LinkedHashSet<>();

    private final Thread thread;
    private volatile boolean ended;
    private boolean led;

    /** Delivers entries: in order, at least once, later if it must be. */
    public interface Teller {
        /**
         * Takes an entry; never waits for the network.
         *
         * @throws IOException when it cannot be kept; it is handed over again
         */
        void tell(String json) throws IOException;
    }

    /**
     * Watches from {@link #start} on.
     *
     * @param leadership only the process that acts tells
     */
    public Herald(ClusterView view, Leadership leadership, Teller teller) {
        this.view = view;
        this.leadership = leadership;
        this.teller = teller;
        this.thread = Thread.ofPlatform().name("herald").daemon().unstarted(this::run);
    }

    /** Looks at all that is there, and then at what changes. */
    public void start() {
        thread.start();
    }

    /** To be told of each object that appears, changes or goes; returns at once. */
    public void see(HasMetadata object) {
        if (object instanceof BrainMatrix matrix && matrix.getStatus() != null) {
            lock.lock();
            try {
                seen.put(matrix.getMetadata().getUid(), matrix);
                changed.signal();
            } finally {
                lock.unlock();
            }
        } else if (object instanceof Pod pod) {
            LastThought.of(pod).ifPresent(this::see);
        }
    }

    /** The pod goes once its end is in the status: what it leaves is kept before. */
    private void see(LastThought thought) {
        lock.lock();
        try {
            thoughts.put(thought.podUid(), thought);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        while (!ended) {
            try {
                Seen some = next();
                boolean leads = leadership.leads();
                if (leads) {
                    tell(some.thoughts());
                    if (!led) {
                        tellAll();
                    }
                    for (BrainMatrix matrix : some.matrices()) {
                        tell(matrix);
                    }
                }
                led = leads;
                forgetTheGone();
            } catch (IOException e) {
                LOG.warnf("Deaths are told later: %s", e.getMessage());
                led = false; // all is looked at again
                pause();
            } catch (InterruptedException e) {
                ended = true;
            } catch (RuntimeException e) {
                LOG.error("The herald failed and goes on", e);
                led = false;
                pause();
            }
        }
    }

    /** What changed. */
    private record Seen(List<BrainMatrix> matrices, List<LastThought> thoughts) {}

    /** Nothing after a while. */
    private Seen next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS);
            while (seen.isEmpty() && thoughts.isEmpty() && left > 0) {
                left = changed.awaitNanos(left);
            }
            Seen some = new Seen(List.copyOf(seen.values()), List.copyOf(thoughts.values()));
            seen.clear();
            thoughts.clear();
            return some;
        } finally {
            lock.unlock();
        }
    }

    private void pause() {
        lock.lock();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS);
            while (left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            ended = true;
        } finally {
            lock.unlock();
        }
    }

    /** All that the cluster tells of now: thoughts before the deaths that cut them off. */
    private void tellAll() throws IOException {
        for (BrainMatrix matrix : view.matrices()) {
            for (Pod pod : view.podsOf(matrix.getMetadata().getUid())) {
                Optional<LastThought> thought =
                        LastThought.of(pod).filter(last -> last.isOf(matrix));
                if (thought.isPresent()) {
                    tell(matrix, thought.get());
                }
            }
            tell(matrix);
        }
    }

    /** What cannot be kept now is tried again: its pod may be gone by then. */
    private void tell(List<LastThought> some) throws IOException {
        for (int i = 0; i < some.size(); i++) {
            LastThought thought = some.get(i);
            try {
                for (BrainMatrix matrix : view.matrices()) {
                    if (thought.isOf(matrix)) {
                        tell(matrix, thought);
                    }
                }
            } catch (IOException e) {
                some.subList(i, some.size()).forEach(this::see);
                throw e;
            }
        }
    }

    private void tell(BrainMatrix matrix, LastThought thought) throws IOException {
        if (!toldThoughts.contains(thought.podUid())) {
            teller.tell(thought.tiding(matrix).json());
            toldThoughts.add(thought.podUid());
            if (toldThoughts.size() > TOLD_THOUGHTS_MAX) {
                toldThoughts.removeFirst(); // told again, it would be known to the chronicle
            }
        }
    }

    private void tell(BrainMatrix matrix) throws IOException {
        String uid = matrix.getMetadata().getUid();
        List<Tiding> tidings = Tidings.of(matrix, pod -> podUid(uid, pod));
        Set<String> before = told.getOrDefault(uid, Set.of());
        Set<String> now = new HashSet<>(before);
        told.put(uid, now);
        for (Tiding tiding : tidings) {
            if (!before.contains(tiding.key())) {
                teller.tell(tiding.json());
                now.add(tiding.key());
            }
        }
        // What the status no longer tells of cannot come again: its memory ends with the status's.
        now.retainAll(tidings.stream().map(Tiding::key).toList());
    }

    private Optional<String> podUid(String matrixUid, String name) {
        return view.podsOf(matrixUid).stream()
                .filter(pod -> name.equals(pod.getMetadata().getName()))
                .map((Pod pod) -> pod.getMetadata().getUid())
                .findFirst();
    }

    private void forgetTheGone() {
        List<BrainMatrix> present = view.matrices();
        if (told.size() > present.size()) {
            told.keySet().retainAll(present.stream().map(m -> m.getMetadata().getUid()).toList());
        }
    }

    /** Ends; what was handed over is the teller's. */
    @Override
    public void close() {
        ended = true;
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
