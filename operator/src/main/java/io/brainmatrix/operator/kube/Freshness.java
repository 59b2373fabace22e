package io.brainmatrix.operator.kube;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * When this operator itself last saw each node's reading change, on its own monotonic clock: an
 * Orin boots without a clock, so no two machines' clocks are compared (R3). The reading found at
 * the start is of unknown age and counts as stale until the next write.
 */
final class Freshness {
    /** A heartbeat while somebody waits or loads. */
    static final Duration FAST_HEARTBEAT = Duration.ofSeconds(10);

    /** A heartbeat while all is calm. */
    static final Duration SLOW_HEARTBEAT = Duration.ofSeconds(60);

    /**
     * Heartbeats that may be missed, in tenths: two and a half, so that one lost write closes no
     * gate.
     */
    private static final int MISSED_TENTHS = 25;

    private final LongSupplier nanoClock;
    private final Map<String, Long> changedAt = new ConcurrentHashMap<>();

    Freshness(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    void changed(String node) {
        changedAt.put(node, nanoClock.getAsLong());
    }

    void forget(String node) {
        changedAt.remove(node);
    }

    boolean isFresh(String node, boolean fast) {
        Long changed = changedAt.get(node);
        if (changed == null) {
            return false;
        }
        Duration heartbeat = fast ? FAST_HEARTBEAT : SLOW_HEARTBEAT;
        return nanoClock.getAsLong() - changed
                <= heartbeat.multipliedBy(MISSED_TENTHS).dividedBy(10).toNanos();
    }
}
