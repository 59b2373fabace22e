package io.brainmatrix.memory.footprint;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

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

    /** Finds a type by ggml's own name of it, such as {@code q8_0}. */
    public static Optional<CacheType> named(String name) {
        return Arrays.stream(values()).filter(t -> t.ggmlName().equals(name)).findFirst();
    }

    /** Ggml's own name. */
    public String ggmlName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether elements share a scale, by blocks of 32: a row must be a multiple of it. */
    public boolean quantized() {
        return blockElements > 1;
    }

    /** Elements that share a scale; 1 for plain floats. */
    public int blockElements() {
        return blockElements;
    }

    /** Bytes of so many elements. */
    long bytes(long elements) {
        return Math.multiplyExact(elements, (long) blockBytes) / blockElements;
    }
}
