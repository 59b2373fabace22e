package io.brainmatrix.operator.admission;

import io.brainmatrix.api.v1alpha1.Bytes;
import java.util.List;

/**
 * The node's account of memory: what it can give, what is promised, what is promised and not used
 * yet (R2). Bytes.
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
 */
public record Ledger(
        long allocatable,
        long reserve,
        long foreign,
        long unaccounted,
        long committed,
        long unused,
        long available) {

    /** The account of a snapshot and its reading. */
    public static Ledger of(NodeSnapshot node, NodeReading reading) {
        List<Occupant> charged =
                node.occupants().stream().filter(o -> !o.ended() || o.uncounted()).toList();
        long committed = 0;
        long unused = 0;
        long known = 0;
        for (Occupant occupant : charged) {
            committed = Math.addExact(committed, occupant.commitment());
            // A pod that the snapshot does not tell of may have used nothing yet: all of its
            // promise is outstanding.
            long used = occupant.ended() ? 0 : occupant.used().orElse(0);
            unused = Math.addExact(unused, Math.max(0, occupant.commitment() - used));
            known =
                    Math.addExact(
                            known,
                            occupant.ended() ? 0 : occupant.used().orElse(occupant.commitment()));
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
                reading.available());
    }

    /**
     * Room that is neither reserved, nor charged to others, nor used by somebody unknown, nor
     * promised; negative when over-committed.
     */
    public long free() {
        return allocatable - reserve - foreign - unaccounted - committed;
    }

    /** Room of an otherwise empty node. */
    public long most() {
        return allocatable - reserve - foreign;
    }

    /** Measured memory that nobody was promised; negative when promises exceed it. */
    public long measuredFree() {
        return available - unused - reserve;
    }

    boolean fits(long needed) {
        return needed <= free();
    }

    boolean fitsMeasured(long needed) {
        return needed <= measuredFree();
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
