package io.brainmatrix.operator.kube;

import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.brainmatrix.api.v1alpha1.NodeMemoryStatus;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * When this operator itself last saw each node's reading change, on its own monotonic clock: an
 * Orin boots without a clock, so no two machines' clocks are compared (R3). The reading found at
 * the start is of unknown age and counts as stale until the next write.
 */
public final class Freshness implements ResourceEventHandler<NodeMemory> {
    /** A heartbeat while somebody waits or loads. */
    public static final Duration FAST_HEARTBEAT = Duration.ofSeconds(10);

    /** A heartbeat while all is calm. */
    public static final Duration SLOW_HEARTBEAT = Duration.ofSeconds(60);

    /**
     * Heartbeats that may be missed, in tenths: two and a half, so that one lost write closes no
     * gate.
     */
    private static final int MISSED_TENTHS = 25;

    private final LongSupplier nanoClock;
    private final Map<String, Long> changedAt = new ConcurrentHashMap<>();

    /** Nothing is fresh yet; {@code nanoClock} counts on, whatever the wall clock does. */
    public Freshness(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    @Override
    public void onAdd(NodeMemory found) {
        changedAt.remove(name(found)); // its age is not known
    }

    @Override
    public void onUpdate(NodeMemory before, NodeMemory now) {
        if (!Objects.equals(heartbeat(before), heartbeat(now))) {
            changedAt.put(name(now), nanoClock.getAsLong());
        }
    }

    @Override
    public void onDelete(NodeMemory gone, boolean finalStateUnknown) {
        changedAt.remove(name(gone));
    }

    /**
     * For how long the node's reading stays fresh if it does not change: it is within two and a
     * half heartbeats of a change that was seen. Empty when it is not.
     */
    public Optional<Duration> freshFor(NodeMemory memory) {
        Long changed = changedAt.get(name(memory));
        if (changed == null) {
            return Optional.empty();
        }
        boolean fast = memory.getSpec() != null && Boolean.TRUE.equals(memory.getSpec().fast());
        Duration heartbeat = fast ? FAST_HEARTBEAT : SLOW_HEARTBEAT;
        Duration left =
                heartbeat
                        .multipliedBy(MISSED_TENTHS)
                        .dividedBy(10)
                        .minusNanos(nanoClock.getAsLong() - changed);
        return left.isNegative() ? Optional.empty() : Optional.of(left);
    }

    private static String name(NodeMemory memory) {
        return memory.getMetadata().getName();
    }

    private static Optional<Instant> heartbeat(NodeMemory memory) {
        return Optional.ofNullable(memory.getStatus()).map(NodeMemoryStatus::heartbeat);
    }
}
