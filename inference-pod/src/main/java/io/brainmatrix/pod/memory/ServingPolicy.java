package io.brainmatrix.pod.memory;

import java.util.List;

/**
 * Which rung the latest samples stand on while a model is served. Pure.
 *
 * <p>Two things are looked at apart. The pod's own use against its limit: 95, 96.5 and 97.5 % are
 * the first three rungs; the last is a projection that passes 98 % by more than the prediction
 * explains. And the node's available memory against the reserve that admission keeps free: 80, 65,
 * 50 and 30 % of it for priority 0. A priority of 100 or more stands a fifth of the reserve lower,
 * one of -100 or less as much higher, so that a node under pressure sheds in the declared order and
 * nobody has to ask anybody.
 */
public final class ServingPolicy {
    /** Parts of the limit, in thousandths, from which on each rung is stood on. */
    private static final long QUEUE_OWN = 950;

    private static final long SHORTEN_OWN = 965;
    private static final long REFUSE_OWN = 975;
    private static final long END_OWN = 980;

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

    /** A slope over less is a step. */
    private static final long SLOPE_NANOS = 100_000_000L;

    private ServingPolicy() {}

    /** Whose sake it is for. */
    public enum Cause {
        None,
        OwnBudget,
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
    }

    /**
     * A judgement.
     *
     * @param slope of what the cause is about, in bytes per second towards the limit; never
     *     negative
     * @param headroom bytes until the limit, or until nothing is available
     */
    public record Verdict(Rung rung, Cause cause, double slope, long headroom) {}

    /**
     * Judges samples, newest last, at least one.
     *
     * @param before the rung of the last judgement; it takes a little more to leave one than to
     *     stay
     */
    public static Verdict judge(List<MemorySample> samples, Bounds bounds, Rung before) {
        Verdict own = own(samples, bounds, before);
        Verdict node = node(samples, bounds, before);
        return node.rung().compareTo(own.rung()) > 0 ? node : own;
    }

    private static Verdict own(List<MemorySample> samples, Bounds bounds, Rung before) {
        MemorySample last = samples.getLast();
        MemorySample first = earlier(samples);
        double slope = Math.max(0, perSecond(first, last, last.used() - first.used()));
        long projection = last.used() + Math.round(slope * HORIZON_SECONDS);
        boolean unexplained = last.used() > bounds.predicted();
        Rung rung = Rung.Free;
        if (unexplained && projection > part(bounds.limit(), END_OWN)) {
            rung = Rung.End;
        } else if (over(last.used(), bounds.limit(), REFUSE_OWN, before.atLeast(Rung.Refuse))) {
            rung = Rung.Refuse;
        } else if (over(last.used(), bounds.limit(), SHORTEN_OWN, before.atLeast(Rung.Shorten))) {
            rung = Rung.Shorten;
        } else if (over(last.used(), bounds.limit(), QUEUE_OWN, before.atLeast(Rung.Queue))) {
            rung = Rung.Queue;
        }
        return new Verdict(
                rung,
                rung == Rung.Free ? Cause.None : Cause.OwnBudget,
                slope,
                Math.max(0, bounds.limit() - last.used()));
    }

    private static boolean over(long used, long limit, long thousandths, boolean already) {
        return used >= part(limit, already ? thousandths - RETURN_OWN : thousandths);
    }

    private static Verdict node(List<MemorySample> samples, Bounds bounds, Rung before) {
        MemorySample last = samples.getLast();
        MemorySample first = earlier(samples);
        double slope =
                Math.max(0, perSecond(first, last, first.nodeAvailable() - last.nodeAvailable()));
        long available = last.nodeAvailable();
        long projection = available - Math.round(slope * HORIZON_SECONDS);
        Rung rung = Rung.Free;
        if (below(projection, bounds, END_NODE, false)) {
            rung = Rung.End;
        } else if (below(available, bounds, REFUSE_NODE, before.atLeast(Rung.Refuse))) {
            rung = Rung.Refuse;
        } else if (below(available, bounds, SHORTEN_NODE, before.atLeast(Rung.Shorten))) {
            rung = Rung.Shorten;
        } else if (below(available, bounds, QUEUE_NODE, before.atLeast(Rung.Queue))) {
            rung = Rung.Queue;
        }
        return new Verdict(
                rung, rung == Rung.Free ? Cause.None : Cause.Node, slope, Math.max(0, available));
    }

    private static boolean below(long available, Bounds bounds, long thousandths, boolean already) {
        long mark = thousandths - bounds.shift() + (already ? RETURN_NODE : 0);
        return available < part(bounds.reserve(), Math.max(0, mark));
    }

    private static MemorySample earlier(List<MemorySample> samples) {
        MemorySample last = samples.getLast();
        for (MemorySample sample : samples.reversed()) {
            if (last.nanos() - sample.nanos() >= SLOPE_NANOS) {
                return sample;
            }
        }
        return samples.getFirst();
    }

    private static double perSecond(MemorySample first, MemorySample last, long bytes) {
        double seconds = (last.nanos() - first.nanos()) / 1e9;
        return seconds <= 0 ? 0 : bytes / seconds;
    }

    private static long part(long whole, long thousandths) {
        return whole / THOUSAND * thousandths;
    }
}
