package io.brainmatrix.agent;

import io.brainmatrix.api.v1alpha1.MemoryPressure;
import io.brainmatrix.api.v1alpha1.NodeMemoryStatus;
import io.brainmatrix.api.v1alpha1.OomKills;
import io.brainmatrix.api.v1alpha1.PodMemory;
import io.brainmatrix.api.v1alpha1.SwapUse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * When a snapshot is worth a write: on transitions and a slow heartbeat, never on every sample: an
 * edge API server takes few writes. Pure.
 */
final class PublishPolicy {
    /** A heartbeat while somebody waits or loads. */
    static final Duration FAST_HEARTBEAT = Duration.ofSeconds(10);

    /** A heartbeat while all is calm. */
    static final Duration SLOW_HEARTBEAT = Duration.ofSeconds(60);

    /** Between two writes because available memory moved. */
    static final Duration MOVES = Duration.ofSeconds(1);

    /**
     * While nobody waits, memory that has settled again is told after as long: that it has not is
     * told at once, since the gate goes by it; a neighbour that comes and goes must not write twice
     * each time.
     */
    static final Duration CALM_AGAIN = Duration.ofSeconds(10);

    /**
     * Between two writes because less memory is available, while nobody waits: who comes next is
     * judged by what was written last. A fall that still counts as settled takes no more than this
     * times the rule's slope meanwhile, 160 MiB, where a slow heartbeat would let it take 960.
     */
    static final Duration FALLS = Duration.ofSeconds(10);

    private static final long LEAST_MOVE = 64L << 20;
    private static final int MOVE_DIVISOR = 100;

    /** As in the operator's gate: a tenth of the last 10 s, in hundredths of a percent. */
    private static final long PRESSURE = 1_000;

    private PublishPolicy() {}

    /**
     * Decides whether to publish, and says why.
     *
     * @param last what was published last; absent before the first time
     */
    static Optional<String> why(
            @Nullable NodeMemoryStatus last, NodeMemoryStatus now, Duration since, boolean fast) {
        if (last == null) {
            return Optional.of("first");
        }
        if (!Objects.equals(last.settleWindow(), now.settleWindow())) {
            return Optional.of("the rule changed");
        }
        if (last.settledSince() != null && now.settledSince() == null) {
            return Optional.of("unsettled");
        }
        if (last.settledSince() == null && settledLongEnough(now, fast)) {
            return Optional.of("settled");
        }
        if (!phases(last.instances()).equals(phases(now.instances()))) {
            return Optional.of("a pod's phase");
        }
        if (!loadsSettled(last.instances()).containsAll(loadsSettled(now.instances()))) {
            return Optional.of("a whole window after a load");
        }
        if (kills(last) != kills(now)) { // the operator judges an end by it, and soon
            return Optional.of("the kernel killed for memory");
        }
        if (swapping(last.swap()) != swapping(now.swap())
                || pressured(last.pressure()) != pressured(now.pressure())) {
            return Optional.of("swap or pressure");
        }
        if (tooHot(last) != tooHot(now)) {
            return Optional.of("heat");
        }
        long moved = moved(last, now);
        if (fast && since.compareTo(MOVES) >= 0 && moved != 0) {
            return Optional.of("available memory moved");
        }
        if (since.compareTo(FALLS) >= 0 && moved < 0) {
            return Optional.of("less memory is available");
        }
        Duration heartbeat = fast ? FAST_HEARTBEAT : SLOW_HEARTBEAT;
        return since.compareTo(heartbeat) >= 0 ? Optional.of("heartbeat") : Optional.empty();
    }

    private static boolean settledLongEnough(NodeMemoryStatus now, boolean fast) {
        return now.settledSince() != null
                && now.heartbeat() != null
                && (fast
                        || Duration.between(now.settledSince(), now.heartbeat())
                                        .compareTo(CALM_AGAIN)
                                >= 0);
    }

    /** Pods after whose load memory has settled: what the lane's release waits for. */
    private static List<String> loadsSettled(List<PodMemory> pods) {
        return pods.stream()
                .filter(p -> Boolean.TRUE.equals(p.loadSettled()))
                .map(PodMemory::podUid)
                .toList();
    }

    private static Map<String, String> phases(List<PodMemory> pods) {
        return pods.stream()
                .collect(
                        Collectors.toMap(
                                PodMemory::podUid,
                                p -> Objects.requireNonNullElse(p.phase(), ""),
                                (a, b) -> b));
    }

    private static long kills(NodeMemoryStatus status) {
        OomKills kills = status.oomKills();
        return kills == null || kills.total() == null ? -1 : kills.total();
    }

    private static boolean swapping(@Nullable SwapUse swap) {
        return swap != null && (positive(swap.inPerSecond()) || positive(swap.outPerSecond()));
    }

    private static boolean positive(@Nullable Long value) {
        return value != null && value > 0;
    }

    private static boolean pressured(@Nullable MemoryPressure pressure) {
        return pressure != null && pressure.fullAvg10() != null && pressure.fullAvg10() > PRESSURE;
    }

    private static boolean tooHot(NodeMemoryStatus snapshot) {
        return snapshot.temperature() != null && snapshot.temperature().tooHot();
    }

    /** By how much more is available, in bytes; 0 if it is no move worth a write. */
    private static long moved(NodeMemoryStatus last, NodeMemoryStatus now) {
        Long before = last.available();
        Long after = now.available();
        Long capacity = now.capacity();
        if (before == null || after == null || capacity == null) {
            return 0;
        }
        long least = Math.max(LEAST_MOVE, capacity / MOVE_DIVISOR);
        return Math.abs(after - before) > least ? after - before : 0;
    }
}
