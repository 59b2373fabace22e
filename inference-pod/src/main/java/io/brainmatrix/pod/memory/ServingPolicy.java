package io.brainmatrix.pod.memory;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * Which rung the latest samples stand on while a model is served. Pure.
 *
 * <p>Three things are looked at apart. What the pod holds, in memory and in swap, against its
 * limit: 95, 96.5 and 97.5 % are the first three rungs, of a small one 14, 12 and 10 MiB below it;
 * the last is a projection that passes 98 %, or 8 MiB below, by more than the prediction explains.
 * What comes back from swap: 1, 4 and 16 MiB per second over a second are the first three rungs.
 * And the node's available memory against the reserve that admission keeps free: 80, 65, 50 and 30
 * % of it for priority 0. A priority of 100 or more stands a fifth of the reserve lower, one of
 * -100 or less as much higher, so that a node under pressure sheds in the declared order and nobody
 * has to ask anybody.
 */
public final class ServingPolicy {
    /** Parts of the limit, in thousandths, from which on each rung is stood on. */
    private static final long QUEUE_OWN = 950;

    private static final long SHORTEN_OWN = 965;
    private static final long REFUSE_OWN = 975;
    private static final long END_OWN = 980;

    /**
     * Bytes below a limit that are never the pod's to hold, however small the limit: page tables,
     * stacks and 256 KiB per core that the kernel has charged ahead count against it and are not
     * sampled, and without a few MiB of its program's pages no process gets on. Measured on a
     * kernel with cgroup v2 and two cores: a pod that grew slowly was killed 4 MiB below its limit.
     */
    private static final long KERNEL = 8 << 20;

    /** Between the rungs below. */
    private static final long STEP = 2 << 20;

    /** A rung is left when this much less is used than brought it about. */
    private static final long RETURN_OWN = 5;

    /** Parts of the reserve, in thousandths, below which each rung is stood on. */
    private static final long QUEUE_NODE = 800;

    private static final long SHORTEN_NODE = 650;
    private static final long REFUSE_NODE = 500;
    private static final long END_NODE = 300;
    private static final long RETURN_NODE = 50;

    /** How far a priority shifts, in thousandths of the reserve, at most. */
    private static final long PRIORITY_SHIFT = 200;

    private static final int PRIORITY_FULL = 100;

    /** Those of one priority must not all end in the same moment. */
    private static final int SPREAD = 50;

    private static final long THOUSAND = 1000;

    /** The same before and after the load: what an end takes. */
    static final double HORIZON_SECONDS = LoadGuardPolicy.HORIZON_SECONDS;

    /** Of the node a slope over less is a step; what a pod takes unexplained is none. */
    private static final long SLOPE_NANOS = 100_000_000L;

    /** Bytes per second that come back from swap: each is waited for by an answer under way. */
    private static final double QUEUE_SWAP = 1 << 20;

    private static final double SHORTEN_SWAP = 4 << 20;
    private static final double REFUSE_SWAP = 16 << 20;
    static final long SWAP_NANOS = 1_000_000_000L;

    private ServingPolicy() {}

    /** Whose sake it is for. */
    public enum Cause {
        None,
        OwnBudget,
        /** Its own too: what it needs does not stay in memory. */
        Swap,
        Node
    }

    /**
     * What is kept to.
     *
     * @param limit the cgroup's, in bytes
     * @param predicted footprint, in bytes: what is used below it is as expected
     * @param reserve bytes that admission keeps free on the node
     * @param priority the instance's own
     * @param identity tells instances of one priority apart
     */
    public record Bounds(long limit, long predicted, long reserve, int priority, String identity) {
        /** What the node's thresholds of this instance are lowered by, in thousandths. */
        long shift() {
            long full = Math.clamp(priority, -PRIORITY_FULL, PRIORITY_FULL);
            return full * PRIORITY_SHIFT / PRIORITY_FULL
                    + Math.floorMod(identity.hashCode(), SPREAD);
        }

        /** So many thousandths of the reserve, for this instance. */
        long ofReserve(long thousandths) {
            return part(reserve, Math.max(0, thousandths - shift()));
        }

        /** Bytes that it may hold at most: more, and the kernel may end it at any moment. */
        public long most() {
            return threshold(limit, END_OWN, 0);
        }

        /** Bytes of the node's available memory below which this instance ends. */
        public long nodeEnd() {
            return ofReserve(END_NODE);
        }
    }

    /** A judgement; there are few, and all of them exist from the start. */
    public record Verdict(Rung rung, Cause cause) {
        private static final Verdict FREE = new Verdict(Rung.Free, Cause.None);
        private static final Map<Cause, Map<Rung, Verdict>> ALL = all();

        private static Map<Cause, Map<Rung, Verdict>> all() {
            Map<Cause, Map<Rung, Verdict>> all = new EnumMap<>(Cause.class);
            for (Cause cause : Cause.values()) {
                Map<Rung, Verdict> verdicts = new EnumMap<>(Rung.class);
                for (Rung rung : Rung.values()) {
                    verdicts.put(rung, new Verdict(rung, cause));
                }
                all.put(cause, verdicts);
            }
            return all;
        }

        static Verdict of(Rung rung, Cause cause) {
            return rung == Rung.Free
                    ? FREE
                    : Objects.requireNonNull(Objects.requireNonNull(ALL.get(cause)).get(rung));
        }
    }

    /**
     * Judges samples, at least one. Allocates nothing.
     *
     * @param before the rung of the last judgement; it takes a little more to leave one than to
     *     stay
     */
    public static Verdict judge(Samples samples, Bounds bounds, Rung before) {
        Rung own = own(samples, bounds, before);
        Rung swap = swap(samples, before);
        Rung node = node(samples, bounds, before);
        if (node.compareTo(own) > 0 && node.compareTo(swap) > 0) {
            return Verdict.of(node, Cause.Node);
        }
        return swap.compareTo(own) > 0
                ? Verdict.of(swap, Cause.Swap)
                : Verdict.of(own, Cause.OwnBudget);
    }

    private static Rung own(Samples samples, Bounds bounds, Rung before) {
        long held = samples.held(0);
        long limit = bounds.limit();
        long projection = held + Math.round(slope(samples, Cause.OwnBudget) * HORIZON_SECONDS);
        if (held > bounds.predicted() && projection > bounds.most()) {
            return Rung.End;
        }
        if (over(held, limit, REFUSE_OWN, 1, before.atLeast(Rung.Refuse))) {
            return Rung.Refuse;
        }
        if (over(held, limit, SHORTEN_OWN, 2, before.atLeast(Rung.Shorten))) {
            return Rung.Shorten;
        }
        return over(held, limit, QUEUE_OWN, 3, before.atLeast(Rung.Queue)) ? Rung.Queue : Rung.Free;
    }

    private static boolean over(
            long held, long limit, long thousandths, int below, boolean already) {
        return held
                >= threshold(limit, thousandths, below) - (already ? part(limit, RETURN_OWN) : 0);
    }

    /**
     * Bytes from which on a rung is stood on.
     *
     * @param below how many rungs below the end
     */
    private static long threshold(long limit, long thousandths, int below) {
        return Math.min(part(limit, thousandths), limit - KERNEL - below * STEP);
    }

    /** Never the end: who answers nobody needs nothing back, and what is out stays out. */
    private static Rung swap(Samples samples, Rung before) {
        double rate = samples.swapIn(SWAP_NANOS);
        if (rate >= (before.atLeast(Rung.Refuse) ? REFUSE_SWAP / 2 : REFUSE_SWAP)) {
            return Rung.Refuse;
        }
        if (rate >= (before.atLeast(Rung.Shorten) ? SHORTEN_SWAP / 2 : SHORTEN_SWAP)) {
            return Rung.Shorten;
        }
        return rate >= (before.atLeast(Rung.Queue) ? QUEUE_SWAP / 2 : QUEUE_SWAP)
                ? Rung.Queue
                : Rung.Free;
    }

    private static Rung node(Samples samples, Bounds bounds, Rung before) {
        long available = samples.available(0);
        if (nodeEnds(samples, bounds)) {
            return Rung.End;
        }
        if (below(available, bounds, REFUSE_NODE, before.atLeast(Rung.Refuse))) {
            return Rung.Refuse;
        }
        if (below(available, bounds, SHORTEN_NODE, before.atLeast(Rung.Shorten))) {
            return Rung.Shorten;
        }
        return below(available, bounds, QUEUE_NODE, before.atLeast(Rung.Queue))
                ? Rung.Queue
                : Rung.Free;
    }

    /**
     * Whether the node's memory will be so short at the end of the horizon that this instance ends
     * for its sake. What it takes itself was reckoned with at its admission, up to what was
     * predicted.
     */
    static boolean nodeEnds(Samples samples, Bounds bounds) {
        double own = Math.max(0, samples.growth(SLOPE_NANOS));
        double others = Math.max(0, samples.nodeLoss(SLOPE_NANOS) - own);
        double taken = others + (samples.held(0) > bounds.predicted() ? own : 0);
        return samples.available(0) - Math.round(taken * HORIZON_SECONDS) < bounds.nodeEnd();
    }

    private static boolean below(long available, Bounds bounds, long thousandths, boolean already) {
        return available < bounds.ofReserve(thousandths + (already ? RETURN_NODE : 0));
    }

    /** Bytes per second towards what the cause is about; never negative. */
    static double slope(Samples samples, Cause cause) {
        return Math.max(
                0,
                cause == Cause.Node
                        ? samples.nodeLoss(SLOPE_NANOS)
                        : samples.growth(LoadGuardPolicy.SLOPE_NANOS));
    }

    /** Bytes until the limit, or until nothing is available. */
    static long headroom(Samples samples, Bounds bounds, Cause cause) {
        return Math.max(
                0, cause == Cause.Node ? samples.available(0) : bounds.limit() - samples.held(0));
    }

    private static long part(long whole, long thousandths) {
        return whole / THOUSAND * thousandths;
    }
}
