package io.brainmatrix.memory.footprint;

import io.brainmatrix.memory.gguf.GgufFile;

/**
 * A model's heads of attention.
 *
 * @param most of any layer
 * @param keyLength elements of a head's key
 * @param valueLength elements of a head's value
 */
record Heads(long most, long keyLength, long valueLength) {

    /** As llama.cpp reads them: lengths that are not given are the width over the heads. */
    static Heads of(GgufFile file) {
        long width = file.ofArchitecture("embedding_length").orElse(0);
        long layers = file.ofArchitecture("block_count").orElse(0);
        long most = 0;
        for (int layer = 0; layer < layers; layer++) {
            most = Math.max(most, of(file, layer));
        }
        // A model whose layers differ still has heads of one length, by its first layer's.
        long first = of(file, 0);
        long length = first == 0 ? 0 : width / first;
        return new Heads(
                most,
                file.ofArchitecture("attention.key_length").orElse(length),
                file.ofArchitecture("attention.value_length").orElse(length));
    }

    private static long of(GgufFile file, int layer) {
        return file.perLayer("attention.head_count", layer, 1);
    }

    /** Heads of keys and values of one layer: fewer where several heads share them. */
    static long ofKeysAndValues(GgufFile file, int layer) {
        return file.perLayer("attention.head_count_kv", layer, of(file, layer));
    }
}
