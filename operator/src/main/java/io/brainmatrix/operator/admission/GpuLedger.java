package io.brainmatrix.operator.admission;

import io.brainmatrix.api.v1alpha1.Bytes;
import java.util.List;

/**
 * The account of a discrete GPU's memory (R2); bytes. Nothing is reserved: the system uses none of
 * it that the driver does not tell.
 *
 * @param total of all devices of the node
 * @param unaccounted measured use that nobody of ours explains
 * @param committed promised to ours, as in {@link Ledger}
 * @param unused promised and not taken yet: the engine takes all of its share while it loads
 * @param available measured
 */
public record GpuLedger(long total, long unaccounted, long committed, long unused, long available) {

    static GpuLedger of(List<Occupant> charged, NodeReading.Gpu reading) {
        long committed = 0;
        long unused = 0;
        long known = 0;
        for (Occupant occupant : charged) {
            long share = occupant.commitment().discrete();
            committed = Math.addExact(committed, share);
            boolean taken = occupant.loaded() && !occupant.ended();
            known += taken ? share : 0;
            unused += taken ? 0 : share;
        }
        return new GpuLedger(
                reading.total(),
                Math.max(0, reading.used() - known),
                committed,
                unused,
                reading.total() - reading.used());
    }

    /** Neither used by somebody unknown nor promised; negative when over-committed. */
    public long free() {
        return total - unaccounted - committed;
    }

    /** Measured memory that nobody was promised; negative when promises exceed it. */
    public long measuredFree() {
        return available - unused;
    }

    /** The sum behind {@link #free()}, as text. */
    public String explainPromised() {
        return "%s free = %s of the GPU - %s unaccounted - %s promised"
                .formatted(
                        Bytes.text(free()),
                        Bytes.text(total),
                        Bytes.text(unaccounted),
                        Bytes.text(committed));
    }

    /** The sum behind {@link #measuredFree()}, as text. */
    public String explainMeasured() {
        return "%s free = %s of the GPU available - %s promised and not used yet"
                .formatted(Bytes.text(measuredFree()), Bytes.text(available), Bytes.text(unused));
    }
}
