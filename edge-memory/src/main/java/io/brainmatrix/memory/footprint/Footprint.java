package io.brainmatrix.memory.footprint;

import io.brainmatrix.memory.gguf.GgufFile;
import io.brainmatrix.memory.gguf.Tensor;
import io.brainmatrix.memory.gguf.TensorType;

/**
 * The anonymous memory that a pod will have at its most, in bytes, by arithmetic over the model's
 * header and the engine's settings: llama.cpp b4916 on the CPU without mmap, its context filled.
 * {@code make bench-footprint} holds it against measured pods.
 *
 * @param weights all tensors as they lie in memory
 * @param staging what reading the weights takes beyond them for a while
 * @param keyValueCache allocated in full at load: thinking grows nothing
 * @param compute intermediate results of one micro batch at a full context; touched only as prompts
 *     get long, so a load alone stays below
 * @param graph descriptions of a computation's nodes
 * @param vocabulary tokens as texts, and what choosing among them takes in each slot
 * @param runtime the JVM and the native library
 * @param margin for what the arithmetic does not see; no part of what is predicted
 */
public record Footprint(
        long weights,
        long staging,
        long keyValueCache,
        long compute,
        long graph,
        long vocabulary,
        long runtime,
        long margin) {
    /**
     * JVM, libraries and the server, with the flags of the inference pod's image: a heap of 16 MiB,
     * all of it touched at the start and kept at that size by the pod's {@code HeapRule}, and what
     * lies beside it. Without -Xms and -Xmn in the image a heap grows with the limit.
     */
    static final long RUNTIME = 65L << 20;

    private static final long LEAST_MARGIN = 64L << 20;
    private static final int PAD = 32;
    private static final int FLASH_PAD = 256;

    /** Predicts the footprint of a checked file. */
    public static Footprint predict(GgufFile file, EngineSettings settings) {
        long layers = file.ofArchitecture("block_count").orElse(0);
        long cache = 0;
        for (int layer = 0; layer < layers; layer++) {
            cache += cacheOf(file, settings, layer);
        }
        return of(
                file.weights() + repackedTwice(file),
                staging(file),
                cache,
                Compute.of(file, settings).bytes(),
                graph(file),
                vocabulary(file, settings));
    }

    private static Footprint of(
            long weights,
            long staging,
            long keyValueCache,
            long compute,
            long graph,
            long vocabulary) {
        Footprint bare =
                new Footprint(
                        weights, staging, keyValueCache, compute, graph, vocabulary, RUNTIME, 0);
        return new Footprint(
                weights,
                staging,
                keyValueCache,
                compute,
                graph,
                vocabulary,
                RUNTIME,
                margin(bare.predicted()));
    }

    /** What stays when some weights and their part of the cache are elsewhere. */
    Footprint without(long weightsElsewhere, long cacheElsewhere) {
        return of(
                weights - weightsElsewhere,
                staging,
                keyValueCache - cacheElsewhere,
                compute,
                graph,
                vocabulary);
    }

    /** Bytes of one layer's part of the cache. */
    static long cacheOf(GgufFile file, EngineSettings settings, int layer) {
        Heads heads = Heads.of(file);
        long cells = cells(settings);
        long shared = Heads.ofKeysAndValues(file, layer);
        return settings.cacheTypeK().bytes(cells * shared * heads.keyLength())
                + settings.cacheTypeV().bytes(cells * shared * heads.valueLength());
    }

    /** Cells of the cache: the context and what its slots need to share it, padded. */
    static long cells(EngineSettings settings) {
        long cells =
                SharedCache.cells(
                        settings.contextLength(), settings.parallel(), settings.microBatchSize());
        return padded(cells, settings.flashAttention() ? FLASH_PAD : PAD);
    }

    static long padded(long number, long pad) {
        return (number + pad - 1) / pad * pad;
    }

    /**
     * Weights in Q4_0 (on arm64 in IQ4_NL too) are laid out anew for the CPU, eight rows
     * interleaved. They are read first, each into a buffer that grows to the largest and goes when
     * the last of them is in its place; embeddings, norms and all other types follow. So what is
     * read later makes up for the buffer.
     */
    private static long staging(GgufFile file) {
        long largest = 0;
        long later = 0;
        for (Tensor tensor : file.tensors()) {
            boolean first = repacked(tensor) && !tensor.name().startsWith("token_embd");
            largest = Math.max(largest, first ? tensor.bytes() : 0);
            later += first ? 0 : tensor.bytes();
        }
        return Math.max(0, largest - later);
    }

    /**
     * A model without an output layer of its own multiplies by its embeddings; in such a type that
     * is a second copy. Read in the sources, not measured.
     */
    private static long repackedTwice(GgufFile file) {
        boolean own = file.tensors().stream().anyMatch(t -> t.name().equals("output.weight"));
        return own
                ? 0
                : file.tensors().stream()
                        .filter(t -> t.name().equals("token_embd.weight") && repacked(t))
                        .mapToLong(Tensor::bytes)
                        .sum();
    }

    private static boolean repacked(Tensor tensor) {
        return tensor.dimensions().size() == 2
                && (tensor.type() == TensorType.Q4_0 || tensor.type() == TensorType.IQ4_NL);
    }

    /**
     * {@code llama_context::graph_max_nodes} nodes, each with a tensor's description (368 bytes),
     * its places in two lists and in a hash set twice as large; zeroed at the start, so all of it
     * is touched. Never below 25.0 MiB.
     */
    private static long graph(GgufFile file) {
        long nodes = Math.max(65_536, 5L * file.tensors().size());
        return nodes * (368 + 2 * 8 + 2 * 8);
    }

    /**
     * A token's text, score and kind, its places in the table of texts and of pieces, and what
     * reading them leaves behind: 232 to 240 bytes were measured with 1,024 to 128,256 tokens. A
     * merge is a pair of texts in a tree; its bytes are counted, not measured. Each slot has a
     * logit, a candidate and a copy of it for sorting, of 4, 12 and 12 bytes.
     */
    private static long vocabulary(GgufFile file, EngineSettings settings) {
        long tokens = file.vocabulary();
        return tokens * 240 + file.merges() * 160 + settings.parallel() * tokens * (4 + 12 + 12);
    }

    /** What a budget must hold beside a prediction: a tenth, at least 64 MiB. */
    static long margin(long predicted) {
        return Math.max(LEAST_MARGIN, predicted / 10);
    }

    /**
     * What is expected, without the margin. Staging is over before there is a cache, so only the
     * larger of both counts.
     */
    public long predicted() {
        return weights + Math.max(staging, keyValueCache + compute + graph) + vocabulary + runtime;
    }

    /** What a budget must hold. */
    public long required() {
        return predicted() + margin;
    }

    /** The sum as a table, in MiB. */
    public String explain() {
        boolean load = staging > keyValueCache + compute + graph;
        return """
               weights          %6d Mi
               %s
               vocabulary       %6d Mi
               runtime          %6d Mi
               predicted        %6d Mi
               margin           %6d Mi
               required         %6d Mi
               """
                .formatted(
                        mebibytes(weights),
                        load
                                ? "reading them     %6d Mi".formatted(mebibytes(staging))
                                : """
                                  key-value cache  %6d Mi
                                  compute buffers  %6d Mi
                                  graph            %6d Mi"""
                                        .formatted(
                                                mebibytes(keyValueCache),
                                                mebibytes(compute),
                                                mebibytes(graph)),
                        mebibytes(vocabulary),
                        mebibytes(runtime),
                        mebibytes(predicted()),
                        mebibytes(margin),
                        mebibytes(required()));
    }

    private static long mebibytes(long bytes) {
        return (bytes + (1 << 20) - 1) >> 20;
    }
}
