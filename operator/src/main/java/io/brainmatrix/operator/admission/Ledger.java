package io.brainmatrix.operator.admission;

import io.brainmatrix.api.v1alpha1.Bytes;
import java.util.List;
import java.util.Optional;

/**
 * The node's account of memory: what it can give, what is promised, what is promised and not used
 * yet (R2). Bytes. On a unified node it holds what the GPU uses too; a discrete GPU has an account
 * of its own.
 *
 * @param allocatable what the kubelet lets pods have
 * @param reserve kept free for the system
 * @param foreign charged to pods that are not ours: their requests
 * @param unaccounted measured use that nobody explains: host processes, pods that use more than
 *     they requested, users of the GPU
 * @param committed promised to ours, pods that are still ending included, and those that have ended
 *     until their end is written down
 * @param unused promised to ours and not used yet by the node's latest snapshot: not free, though
 *     it looks so
 * @param available measured
 * @param gpu of a discrete GPU; empty on a unified node, and where nobody tells of its memory
 */
public record Ledger(
        long allocatable,
        long reserve,
        long foreign,
        long unaccounted,
        long committed,
        long unused,
        long available,
        Optional<GpuLedger> gpu) {

    /** The account of a snapshot and its reading. */
    public static Ledger of(NodeSnapshot node, NodeReading reading) {
        List<Occupant> charged =
                node.occupants().stream().filter(o -> !o.ended() || o.uncounted()).toList();
        long committed = 0;
        long unused = 0;
        long known = 0;
        for (Occupant occupant : charged) {
            long promised = occupant.commitment().memory();
            committed = Math.addExact(committed, promised);
            unused = Math.addExact(unused, promised - taken(occupant));
            known = Math.addExact(known, explained(occupant));
        }
        // What the system itself may use is set apart twice: by the kubelet, between capacity and
        // allocatable, and by the reserve.
        long system = Math.max(0, reading.capacity() - node.allocatable()) + reading.reserve();
        long others = reading.capacity() - reading.available() - known;
        return new Ledger(
                node.allocatable(),
                reading.reserve(),
                node.foreign(),
                Math.max(0, others - node.foreign() - system),
                committed,
                unused,
                reading.available(),
                reading.gpu().map(gpu -> GpuLedger.of(charged, gpu)));
    }

    /**
     * How much of its promise a pod is sure to have taken already. One that the snapshot does not
     * tell of may have used nothing yet: all of its promise is outstanding.
     */
    private static long taken(Occupant occupant) {
        if (occupant.ended() || occupant.used().isEmpty()) {
            return 0;
        }
        return Math.min(occupant.commitment().ram(), occupant.used().getAsLong())
                + sharedGpu(occupant);
    }

    /** The measured use that a pod explains. */
    private static long explained(Occupant occupant) {
        if (occupant.ended()) {
            return 0;
        }
        return occupant.used().isEmpty()
                ? occupant.commitment().memory()
                : occupant.used().getAsLong() + sharedGpu(occupant);
    }

    /**
     * What a pod has of the GPU's part of a unified pool. No cgroup is charged with it and few
     * kernels tell it by process, but the engine takes all of it while it loads and none after.
     */
    private static long sharedGpu(Occupant occupant) {
        boolean taken = occupant.loaded() && occupant.commitment().unified();
        return taken ? occupant.commitment().gpu() : 0;
    }

    /**
     * Room that is neither reserved, nor charged to others, nor used by somebody unknown, nor
     * promised; negative when over-committed.
     */
    public long free() {
        return allocatable - reserve - foreign - unaccounted - committed;
    }

    /** Measured memory that nobody was promised; negative when promises exceed it. */
    public long measuredFree() {
        return available - unused - reserve;
    }

    /** Room by promises. */
    public Room promised() {
        return new Room(free(), gpu.map(GpuLedger::free).orElse(0L));
    }

    /** Room by measurement. */
    public Room measured() {
        return new Room(measuredFree(), gpu.map(GpuLedger::measuredFree).orElse(0L));
    }

    /**
     * Room to judge by now: while somebody loads measured memory moves, and only what is promised
     * can be judged.
     */
    public Room now(NodeSnapshot node) {
        return node.lane().holder().isPresent() ? promised() : promised().least(measured());
    }

    /** Room of an otherwise empty node. */
    public Room most() {
        return new Room(allocatable - reserve - foreign, gpu.map(GpuLedger::total).orElse(0L));
    }

    /** All its sums, as text. */
    public String explain() {
        String memory = explainPromised() + "; " + explainMeasured();
        return gpu.map(g -> memory + "; " + g.explainPromised() + "; " + g.explainMeasured())
                .orElse(memory);
    }

    /** The sum behind {@link #free()}, as text. */
    public String explainPromised() {
        return "%s free = %s allocatable - %s reserve - %s other pods - %s unaccounted - %s promised"
                .formatted(
                        Bytes.text(free()),
                        Bytes.text(allocatable),
                        Bytes.text(reserve),
                        Bytes.text(foreign),
                        Bytes.text(unaccounted),
                        Bytes.text(committed));
    }

    /** The sum behind {@link #measuredFree()}, as text. */
    public String explainMeasured() {
        return "%s free = %s available - %s promised and not used yet - %s reserve"
                .formatted(
                        Bytes.text(measuredFree()),
                        Bytes.text(available),
                        Bytes.text(unused),
                        Bytes.text(reserve));
    }
}
