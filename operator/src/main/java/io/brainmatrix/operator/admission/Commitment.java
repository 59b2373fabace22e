package io.brainmatrix.operator.admission;

import io.brainmatrix.api.v1alpha1.Budget;
import io.brainmatrix.api.v1alpha1.Bytes;

/**
 * What an instance is promised, and which of its node's sums each part is charged to; bytes.
 *
 * <p>A unified node has one pool that CPU and GPU share, and one sum: both parts are charged to it.
 * A discrete GPU has memory of its own, and a sum of its own.
 *
 * @param ram kept by the container's limit
 * @param gpu kept by the layers that are put on the GPU; 0 for an instance that uses none
 * @param unified whether its node has one pool
 */
public record Commitment(long ram, long gpu, boolean unified) {
    /** What a budget promises on a node. */
    public static Commitment of(Budget budget, boolean unified) {
        return new Commitment(
                Bytes.of(budget.ram()), budget.gpu() == null ? 0 : Bytes.of(budget.gpu()), unified);
    }

    /** Nothing yet. */
    public static Commitment none(boolean unified) {
        return new Commitment(0, 0, unified);
    }

    /** The part that is charged to the node's memory. */
    public long memory() {
        return unified ? Math.addExact(ram, gpu) : ram;
    }

    /** The part that is charged to the memory of a discrete GPU. */
    public long discrete() {
        return unified ? 0 : gpu;
    }

    /** All of it, wherever it is charged. */
    public long total() {
        return Math.addExact(ram, gpu);
    }

    /** Both together, on one node. */
    public Commitment plus(Commitment other) {
        return new Commitment(
                Math.addExact(ram, other.ram), Math.addExact(gpu, other.gpu), unified);
    }

    /** With so many percent more of each part. */
    public Commitment withHeadroom(int percent) {
        return new Commitment(more(ram, percent), more(gpu, percent), unified);
    }

    private static long more(long bytes, int percent) {
        return Math.addExact(bytes, Math.multiplyExact(bytes, (long) percent) / 100);
    }

    /** The parts as text. */
    public String text() {
        return gpu == 0
                ? Bytes.text(ram)
                : "%s RAM and %s GPU".formatted(Bytes.text(ram), Bytes.text(gpu));
    }
}
