package io.brainmatrix.memory.footprint;

/**
 * Element types of the cache of keys and values, and their size: {@code blockBytes / blockElements}
 * bytes an element.
 */
public enum CacheType {
    F32(1, 4),
    F16(1, 2),
    Q8_0(32, 34),
    Q5_1(32, 24),
    Q5_0(32, 22),
    Q4_1(32, 20),
    Q4_0(32, 18);

    private final int blockElements;
    private final int blockBytes;

    CacheType(int blockElements, int blockBytes) {
        this.blockElements = blockElements;
        this.blockBytes = blockBytes;
    }

    /** Bytes of so many elements. */
    long bytes(long elements) {
        return Math.multiplyExact(elements, (long) blockBytes) / blockElements;
    }
}
