package io.brainmatrix.agent;

import io.brainmatrix.api.v1alpha1.Bytes;
import io.brainmatrix.api.v1alpha1.Durations;
import io.brainmatrix.api.v1alpha1.NodeMemorySpec;
import io.brainmatrix.api.v1alpha1.NodeMemoryStatus;
import io.brainmatrix.api.v1alpha1.PodMemory;
import io.brainmatrix.memory.settling.SettleRule;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The loop: sample, ask the pods, publish what is worth it. One thread; the API server's absence
 * never stops it.
 */
final class Agent {
    private static final System.Logger LOG = System.getLogger(Agent.class.getName());
    private static final long FAST_NANOS = 100_000_000L;
    private static final long SLOW_NANOS = 1_000_000_000L;
    private static final long PODS_LOADING_NANOS = 200_000_000L;
    private static final long PODS_FAST_NANOS = 1_000_000_000L;
    private static final long PODS_SLOW_NANOS = 10_000_000_000L;
    private static final long RESERVE_NANOS = 60_000_000_000L;
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final Sampler sampler;
    private final PodWatch pods;
    private final Publisher publisher;
    private final @Nullable String chartReserve;
    private final Clock clock;
    private final LoadWindows loads = new LoadWindows();
    private final AtomicBoolean ready = new AtomicBoolean();
    private final AtomicLong publishes = new AtomicLong();
    private final AtomicLong samples = new AtomicLong();
    private volatile boolean ending;
    private @Nullable NodeMemoryStatus published;
    private long publishedNanos;
    private long failedNanos;
    private List<PodMemory> reports = List.of();
    private long reportsNanos;
    private volatile long reserve;
    private long reserveNanos;

    Agent(
            Sampler sampler,
            PodWatch pods,
            Publisher publisher,
            @Nullable String chartReserve,
            Clock clock) {
        this.sampler = sampler;
        this.pods = pods;
        this.publisher = publisher;
        this.chartReserve = chartReserve;
        this.clock = clock;
    }

    void run() throws IOException {
        publisher.start();
        while (!ending) {
            NodeMemorySpec asked = publisher.asked().orElse(new NodeMemorySpec(null, null, null));
            boolean fast = Boolean.TRUE.equals(asked.fast());
            round(rule(asked), fast);
            LockSupport.parkNanos(fast ? FAST_NANOS : SLOW_NANOS);
        }
    }

    private void round(SettleRule rule, boolean fast) throws IOException {
        long now = System.nanoTime();
        if (now - reportsNanos >= pause(fast) || published == null) {
            reports = pods.ask();
            reportsNanos = now;
        }
        sampler.sample(System.nanoTime(), clock.instant(), rule);
        samples.incrementAndGet();
        NodeMemoryStatus snapshot = snapshot(rule);
        boolean worth = worth(snapshot, fast);
        boolean mayTry = failedNanos == 0 || now - failedNanos > RETRY.toNanos();
        if (worth && mayTry) {
            // One snapshot: the pods are asked again, and memory is read last.
            reports = pods.ask();
            reportsNanos = System.nanoTime();
            sampler.sample(System.nanoTime(), clock.instant(), rule);
            publish(snapshot(rule));
        }
    }

    private boolean worth(NodeMemoryStatus snapshot, boolean fast) {
        Duration since = Duration.ofNanos(System.nanoTime() - publishedNanos);
        return PublishPolicy.why(published, snapshot, since, fast).isPresent();
    }

    private long pause(boolean fast) {
        boolean loading =
                reports.isEmpty()
                        || reports.stream().anyMatch(r -> !"Serving".equals(r.phase()))
                        || reports.size() < publisher.pods().size();
        if (!fast) {
            return PODS_SLOW_NANOS;
        }
        return loading ? PODS_LOADING_NANOS : PODS_FAST_NANOS;
    }

    private NodeMemoryStatus snapshot(SettleRule rule) {
        return sampler.snapshot(
                clock.instant(),
                reserve,
                rule,
                loads.judge(reports, System.nanoTime(), sampler.settled(), rule.window()));
    }

    private void publish(NodeMemoryStatus snapshot) {
        try {
            long now = System.nanoTime();
            if (reserveNanos == 0 || now - reserveNanos > RESERVE_NANOS) {
                reserve =
                        Reserve.of(publisher.reserveAnnotation(), chartReserve, sampler.capacity());
                reserveNanos = now;
            }
            NodeMemoryStatus whole = snapshot.reserved(reserve);
            publisher.publish(whole);
            published = whole;
            publishedNanos = System.nanoTime();
            failedNanos = 0;
            publishes.incrementAndGet();
            ready.set(true);
        } catch (KubernetesClientException e) {
            failedNanos = System.nanoTime();
            LOG.log(
                    System.Logger.Level.WARNING,
                    "NodeMemory not published, trying again: {0}",
                    e.getMessage());
        }
    }

    private static SettleRule rule(NodeMemorySpec asked) {
        try {
            return new SettleRule(
                    asked.settleWindow() == null
                            ? Sampler.DEFAULT_RULE.window()
                            : Durations.parse(asked.settleWindow()),
                    asked.maxSlopePerSecond() == null
                            ? Sampler.DEFAULT_RULE.maxSlopePerSecond()
                            : Bytes.of(asked.maxSlopePerSecond()));
        } catch (IllegalArgumentException e) {
            return Sampler.DEFAULT_RULE;
        }
    }

    /** Ends the loop after its present round. */
    void end() {
        ending = true;
    }

    boolean ready() {
        return ready.get();
    }

    long publishes() {
        return publishes.get();
    }

    long samples() {
        return samples.get();
    }

    long reserve() {
        return reserve;
    }
}
