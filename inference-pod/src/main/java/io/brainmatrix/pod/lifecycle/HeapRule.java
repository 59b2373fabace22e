package io.brainmatrix.pod.lifecycle;

/**
 * When the whole heap is collected, so that it stays at the size that it begins with and that the
 * footprint counts. The serial collector of JDK 25 does not: its young collections push into the
 * old generation what has not died yet, some 4 MiB a minute under load, and the old generation is
 * enlarged up to -Xmx before any of it is collected. What is alive is 4 MiB.
 *
 * <p>While a crowd of large requests is alive the heap may be larger, up to -Xmx; the margin has
 * room for that, and it shrinks again. For one thread.
 */
final class HeapRule {
    /** The rest is a young generation's worth, in which nothing is due. */
    private static final double FULL = 0.75;

    /** That much more than was alive, or a collection would follow the other. */
    private static final double MORE = 0.375;

    /** Looks after which it is tried again when much was alive. */
    private static final int PATIENCE = 20;

    private final long full;
    private final long more;
    private int looks;

    /** Bytes that were alive at the last collection, or have been used since at the least. */
    private long kept;

    /**
     * A rule for a heap.
     *
     * @param size bytes that it begins with
     */
    HeapRule(long size) {
        full = (long) (size * FULL);
        more = (long) (size * MORE);
    }

    /** Whether it is to be collected with so many bytes in use; asked at an even pace. */
    boolean due(long used) {
        looks++;
        kept = Math.min(kept, used);
        return used >= Math.max(full, kept + more) || (kept >= full && looks >= PATIENCE);
    }

    /** It has been, and so many are in use. */
    void collected(long used) {
        kept = used;
        looks = 0;
    }
}
