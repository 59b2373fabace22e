package io.brainmatrix.agent;

import io.brainmatrix.api.v1alpha1.Bytes;
import io.brainmatrix.api.v1alpha1.Durations;
import io.brainmatrix.api.v1alpha1.NodeMemorySpec;
import io.brainmatrix.api.v1alpha1.NodeMemoryStatus;
import io.brainmatrix.api.v1alpha1.PodMemory;
import io.brainmatrix.memory.settling.SamplingPace;
import io.brainmatrix.memory.settling.SettleRule;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The loops: one samples memory and waits for nobody; the other asks the pods and publishes what is
 * worth it. They are apart because a gap between samples says that memory has not settled: one pod
 * or an API server that answers slowly would close the gate for the whole node.
 */
final class Agent {
    private static final System.Logger LOG = System.getLogger(Agent.class.getName());
    private static final Duration ROUND_FAST = Duration.ofMillis(100);

    /** A calm node is looked at for something worth telling as often. */
    private static final Duration ROUND_SLOW = Duration.ofSeconds(1);

    private static final long PODS_LOADING_NANOS = 200_000_000L;
    private static final long PODS_FAST_NANOS = 1_000_000_000L;
    private static final long PODS_SLOW_NANOS = 10_000_000_000L;
    private static final long RESERVE_NANOS = 60_000_000_000L;

    /** As long without a sample: the process does not do what it is for. */
    private static final long DEAD_NANOS = 30_000_000_000L;

    private final Sampler sampler;
    private final PodWatch pods;
    private final NodeApi api;
    private final @Nullable String chartReserve;
    private final Clock clock;
    private final LoadWindows loads = new LoadWindows();
    private final AtomicBoolean ready = new AtomicBoolean();
    private final AtomicLong publishes = new AtomicLong();
    private final AtomicLong publishFailures = new AtomicLong();
    private final AtomicLong samples = new AtomicLong();
    private final AtomicLong sampledNanos = new AtomicLong(System.nanoTime());
    private volatile boolean ending;
    private volatile OptionalLong reserve = OptionalLong.empty();
    private volatile @Nullable NodeMemoryStatus published;
    private long publishedNanos;
    private int failures;
    private long failedNanos;
    private List<PodMemory> reports = List.of();
    private long reportsNanos;
    private long reserveNanos;

    Agent(Sampler sampler, PodWatch pods, NodeApi api, @Nullable String chartReserve, Clock clock) {
        this.sampler = sampler;
        this.pods = pods;
        this.api = api;
        this.chartReserve = chartReserve;
        this.clock = clock;
    }

    /** Runs until {@link #end}. */
    void run() {
        api.start();
        Thread.ofPlatform()
                .name("samples")
                .daemon()
                .start(() -> loop(this::sample, this::samplePause));
        loop(this::round, () -> fast() ? ROUND_FAST : ROUND_SLOW);
    }

    /** The outermost handler of both loops: nothing that one round meets ends the agent. */
    private void loop(Round round, Supplier<Duration> pause) {
        while (!ending) {
            try {
                round.run();
            } catch (IOException | RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "round failed, going on", e);
            }
            LockSupport.parkNanos(pause.get().toNanos());
        }
    }

    private void sample() throws IOException {
        // One lock around the time and the reading, so that samples stay in order.
        synchronized (sampler) {
            sampler.sample(System.nanoTime(), clock.instant(), rule(asked()));
        }
        samples.incrementAndGet();
        sampledNanos.set(System.nanoTime());
    }

    private void round() throws IOException {
        boolean fast = fast();
        SettleRule rule = rule(asked());
        long now = System.nanoTime();
        sampler.lookForKills(clock.instant());
        if (published == null) {
            sample();
        }
        if (published == null || now - reportsNanos >= pause(fast)) {
            askPods();
        }
        boolean mayTry = now - failedNanos >= Retry.pause(failures).toNanos();
        if (mayTry && worth(snapshot(rule), fast)) {
            publish(rule);
        }
    }

    private void askPods() {
        reports = pods.ask();
        reportsNanos = System.nanoTime();
    }

    private boolean worth(NodeMemoryStatus snapshot, boolean fast) {
        Duration since = Duration.ofNanos(System.nanoTime() - publishedNanos);
        return PublishPolicy.why(published, snapshot, since, fast).isPresent();
    }

    private long pause(boolean fast) {
        if (!fast) {
            return PODS_SLOW_NANOS;
        }
        boolean loading =
                reports.isEmpty()
                        || reports.stream().anyMatch(r -> !"Serving".equals(r.phase()))
                        || reports.size() < api.pods().size();
        return loading ? PODS_LOADING_NANOS : PODS_FAST_NANOS;
    }

    private NodeMemoryStatus snapshot(SettleRule rule) {
        long known = reserve.orElseGet(() -> Reserve.of(null, null, capacity()));
        return sampler.snapshot(
                clock.instant(),
                known,
                rule,
                loads.judge(reports, System.nanoTime(), sampler.settled(), rule.window()));
    }

    private long capacity() {
        return sampler.capacity().orElse(0);
    }

    private void publish(SettleRule rule) throws IOException {
        try {
            readReserve();
            // One snapshot: the pods are asked again, and memory is read last.
            askPods();
            sample();
            NodeMemoryStatus whole = snapshot(rule);
            api.publish(whole);
            published = whole;
            publishedNanos = System.nanoTime();
            failures = 0;
            publishes.incrementAndGet();
            ready.set(true);
        } catch (KubernetesClientException e) {
            failures++;
            publishFailures.incrementAndGet();
            failedNanos = System.nanoTime();
            LOG.log(
                    System.Logger.Level.WARNING,
                    "NodeMemory not published, trying again in {0}: {1}",
                    Retry.pause(failures),
                    e.getMessage());
        }
    }

    private void readReserve() {
        long now = System.nanoTime();
        if (reserve.isEmpty() || now - reserveNanos > RESERVE_NANOS) {
            reserve = OptionalLong.of(reserveOf(api.reserveAnnotation()));
            reserveNanos = now;
        }
    }

    /** A person's slip on one node must not blind that node: the chart's value holds then. */
    private long reserveOf(@Nullable String annotation) {
        try {
            return Reserve.of(annotation, chartReserve, capacity());
        } catch (IllegalArgumentException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "annotation {0}={1} is no quantity; the chart''s value holds",
                    Reserve.ANNOTATION,
                    annotation);
            return Reserve.of(null, chartReserve, capacity());
        }
    }

    private NodeMemorySpec asked() {
        return api.asked().orElse(new NodeMemorySpec(null, null, null));
    }

    /** Whether the operator asks for fast samples. */
    boolean fast() {
        return Boolean.TRUE.equals(asked().fast());
    }

    /** Until the next sample, by what the operator asks for and the latest window says. */
    Duration samplePause() {
        return SamplingPace.pause(fast(), sampler.settled(), rule());
    }

    /** When memory counts as settled, by what the operator asks for now. */
    SettleRule rule() {
        return rule(asked());
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

    /** Ends both loops after their present round. */
    void end() {
        ending = true;
    }

    /** Whether something has been published. */
    boolean ready() {
        return ready.get();
    }

    /** Whether memory is being sampled. */
    boolean live() {
        return System.nanoTime() - sampledNanos.get() < DEAD_NANOS;
    }

    long publishes() {
        return publishes.get();
    }

    long publishFailures() {
        return publishFailures.get();
    }

    /** The latest snapshot that the API server took; null before the first. */
    @Nullable NodeMemoryStatus published() {
        return published;
    }

    long samples() {
        return samples.get();
    }

    /** Bytes kept free; empty until the node's annotation has been asked for. */
    OptionalLong reserve() {
        return reserve;
    }

    /** What a loop does each time. */
    private interface Round {
        void run() throws IOException;
    }
}
