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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;

/**
 * Watches statuses and hands what they tell of to whoever delivers it, each thing once per process.
 * It has a thread of its own: nobody who decides waits for it, or for the chronicle.
 */
public final class Herald implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Herald.class);

    /** Between two looks at whether there is anything to do by now, and after a full disk. */
    private static final long LOOK_MILLIS = 2_000;

    private final ClusterView view;
    private final Leadership leadership;
    private final Waking waking;
    private final Teller teller;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** By UID, as they were last seen, until they are looked at. Guarded by the lock. */
    private final Map<String, BrainMatrix> seen = new LinkedHashMap<>();

    /** By the matrix's UID: keys of what was handed over. For the herald's thread alone. */
    private final Map<String, Set<String>> told = new HashMap<>();

    private final Thread thread;
    private volatile boolean ended;

    /** Whether all that was there had been looked at when it last looked. */
    private boolean telling;

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
     * @param waking whether there is a chronicle to tell
     */
    public Herald(ClusterView view, Leadership leadership, Waking waking, Teller teller) {
        this.view = view;
        this.leadership = leadership;
        this.waking = waking;
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
        }
    }

    private void run() {
        while (!ended) {
            try {
                List<BrainMatrix> some = next();
                boolean tells = leadership.leads() && waking.isUp(view.matrices());
                if (tells) {
                    for (BrainMatrix matrix : telling ? List.<BrainMatrix>of() : view.matrices()) {
                        tell(matrix);
                    }
                    for (BrainMatrix matrix : some) {
                        tell(matrix);
                    }
                }
                telling = tells;
                forgetTheGone();
            } catch (IOException e) {
                LOG.warnf("Deaths are told later: %s", e.getMessage());
                telling = false; // all is looked at again
                pause();
            } catch (InterruptedException e) {
                ended = true;
            } catch (RuntimeException e) {
                LOG.error("The herald failed and goes on", e);
                telling = false;
                pause();
            }
        }
    }

    /** Those that changed; none after a while. */
    private List<BrainMatrix> next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS);
            while (seen.isEmpty() && left > 0) {
                left = changed.awaitNanos(left);
            }
            List<BrainMatrix> some = List.copyOf(seen.values());
            seen.clear();
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
