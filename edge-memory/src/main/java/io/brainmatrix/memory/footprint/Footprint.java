package io.brainmatrix.memory.footprint;

import io.brainmatrix.memory.gguf.GgufFile;

/**
 * What a model will need, in bytes, by arithmetic over its header; the formulas were checked
 * against measured loads of b4916 without mmap.
 *
 * @param weights all tensors
 * @param keyValueCache allocated in full at load: thinking grows nothing
 * @param compute an upper bound of the compute buffer, touched lazily
 * @param runtime the JVM and the native library
 * @param margin for what the arithmetic does not see
 */
public record Footprint(long weights, long keyValueCache, long compute, long runtime, long margin) {
    /** JVM and library: 39 MiB measured before a load, and a heap that fills. */
    private static final long RUNTIME = 50L << 20;

    private static final long LEAST_MARGIN = 64L << 20;
    private static final int PAD = 32;
    private static final int FLASH_PAD = 256;

    /** Predicts the footprint of a checked file. */
    public static Footprint predict(GgufFile file, EngineSettings settings) {
        long width = file.ofArchitecture("embedding_length").orElse(0);
        long layers = file.ofArchitecture("block_count").orElse(0);
        long context = context(settings);
        long cache = 0;
        long mostHeads = 1;
        for (int layer = 0; layer < layers; layer++) {
            mostHeads = Math.max(mostHeads, file.perLayer("attention.head_count", layer, 1));
            cache += cacheOf(file, settings, layer);
        }
        long feedForward = file.ofArchitecture("feed_forward_length").orElse(4 * width);
        long batch = 4L * settings.microBatchSize();
        long compute =
                batch * (settings.flashAttention() ? 0 : mostHeads * context)
                        + batch * (file.vocabulary() + 4 * width + 2 * feedForward);
        long sum = file.weights() + cache + compute + RUNTIME;
        return new Footprint(file.weights(), cache, compute, RUNTIME, margin(sum));
    }

    /** Bytes of one layer's part of the cache. */
    static long cacheOf(GgufFile file, EngineSettings settings, int layer) {
        long context = context(settings);
        long width = file.ofArchitecture("embedding_length").orElse(0);
        long heads = file.perLayer("attention.head_count", layer, 1);
        long kv = file.perLayer("attention.head_count_kv", layer, heads);
        long headLength = heads == 0 ? 0 : width / heads;
        long keys = file.ofArchitecture("attention.key_length").orElse(headLength);
        long values = file.ofArchitecture("attention.value_length").orElse(headLength);
        return settings.cacheTypeK().bytes(context * kv * keys)
                + settings.cacheTypeV().bytes(context * kv * values);
    }

    /** Cells of the cache: the context, padded. */
    private static long context(EngineSettings settings) {
        long pad = settings.flashAttention() ? FLASH_PAD : PAD;
        return (settings.contextLength() + pad - 1) / pad * pad;
    }

    /** What a budget must hold beside a prediction: a tenth, at least 64 MiB. */
    static long margin(long predicted) {
        return Math.max(LEAST_MARGIN, predicted / 10);
    }

    /** What is expected, without the margin. */
    public long predicted() {
        return weights + keyValueCache + compute + runtime;
    }

    /** What a budget must hold. */
    public long required() {
        return predicted() + margin;
    }

    /** The sum as a table, in MiB. */
    public String explain() {
        return """
               weights          %6d Mi
               key-value cache  %6d Mi
               compute buffer   %6d Mi
               runtime          %6d Mi
               predicted        %6d Mi
               margin           %6d Mi
               required         %6d Mi
               """
                .formatted(
                        mebibytes(weights),
                        mebibytes(keyValueCache),
                        mebibytes(compute),
                        mebibytes(runtime),
                        mebibytes(predicted()),
                        mebibytes(margin),
                        mebibytes(required()));
    }

    private static long mebibytes(long bytes) {
        return (bytes + (1 << 20) - 1) >> 20;
    }
}
