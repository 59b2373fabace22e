package io.brainmatrix.memory.footprint;

import io.brainmatrix.memory.gguf.GgufFile;
import io.brainmatrix.memory.gguf.TensorType;

/**
 * Intermediate results of one micro batch at a full context, in bytes: what llama.cpp's graph of a
 * transformer has alive at its widest places.
 *
 * @param buffer the graph's own buffer, as far as it is touched: logits are reserved for every
 *     token of the batch there and written for one a slot, so they do not count
 * @param work the CPU's buffer for a multiplication's right-hand side in the left-hand side's own
 *     type
 */
record Compute(long buffer, long work) {
    private static final int F32 = 4;

    /** {@code GGML_KQ_MASK_PAD}: rows of the mask are a multiple of it. */
    private static final int MASK_PAD = 64;

    static Compute of(GgufFile file, EngineSettings settings) {
        long cells = Footprint.cells(settings);
        long tokens = Math.min(settings.microBatchSize(), cells);
        Heads heads = Heads.of(file);
        long hidden =
                F32
                        * tokens
                        * Math.max(
                                file.ofArchitecture("embedding_length").orElse(0),
                                heads.most() * heads.keyLength());
        long feedForward = F32 * tokens * feedForward(file);
        long scores = settings.flashAttention() ? 0 : F32 * tokens * cells * heads.most();
        return new Compute(
                mask(settings, cells, tokens)
                        // Attention: scores beside the residual, queries, keys and values. Then
                        // the feed-forward part: gate and up beside the residual, its norm and
                        // the result. Which of both is wider depends on the context.
                        + Math.max(
                                scores + (settings.flashAttention() ? 5 : 4) * hidden,
                                2 * feedForward + 3 * hidden),
                work(file, settings, cells * tokens * heads.most(), hidden, feedForward));
    }

    /** One for all layers and heads; flash attention takes it in f16 and keeps the f32 beside. */
    private static long mask(EngineSettings settings, long cells, long tokens) {
        long mask = F32 * cells * Footprint.padded(tokens, MASK_PAD);
        return settings.flashAttention() ? mask + mask / 2 : mask;
    }

    /** Of one token, in elements: all experts that it asks have theirs at the same time. */
    private static long feedForward(GgufFile file) {
        long width = file.ofArchitecture("embedding_length").orElse(0);
        long plain = file.ofArchitecture("feed_forward_length").orElse(4 * width);
        long expert = file.ofArchitecture("expert_feed_forward_length").orElse(plain);
        return Math.max(plain, expert * file.ofArchitecture("expert_used_count").orElse(0));
    }

    /**
     * The largest of all multiplications, {@code ggml_graph_plan}. Scores by values in f16 are the
     * large one: all scores are converted. Values in f32 need no conversion, and flash attention
     * writes no scores. Weights in f32 need none either; others two bytes an element at most.
     */
    private static long work(
            GgufFile file, EngineSettings settings, long scores, long hidden, long feedForward) {
        boolean converted = !settings.flashAttention() && settings.cacheTypeV() != CacheType.F32;
        boolean plain =
                file.tensors().stream()
                        .allMatch(t -> t.type() == TensorType.F32 || t.dimensions().size() == 1);
        return Math.max(converted ? 2 * scores : 0, plain ? 0 : Math.max(hidden, feedForward) / 2);
    }

    long bytes() {
        return buffer + work;
    }
}
