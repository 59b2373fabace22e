package io.brainmatrix.modelgenerator;

/**
 * What to generate.
 *
 * @param mode chain: says {@link ChainText}; random: real cost, gibberish
 * @param layers transformer blocks
 * @param width embedding length, a multiple of 32 times the heads
 * @param heads of attention
 * @param kvHeads heads of keys and values, of which each serves as many heads of attention
 * @param feedForward length of the feed-forward part, a multiple of 32
 * @param vocabulary tokens
 * @param context tokens that the model says it was trained for
 * @param weights type of all matrices; norms are f32
 * @param seed of all random weights
 */
public record ModelSpec(
        Mode mode,
        int layers,
        int width,
        int heads,
        int kvHeads,
        int feedForward,
        int vocabulary,
        int context,
        WeightType weights,
        long seed) {
    /** What the model says. */
    public enum Mode {
        /** {@link ChainText}. */
        CHAIN,
        /** Gibberish. */
        RANDOM
    }

    /** Of a head, in the models that are asked for by size. */
    private static final int HEAD_LENGTH = 64;

    private static final int LEAST_VOCABULARY = 1024;
    private static final int CONTEXT = 8192;
    private static final int BLOCK = 32;

    public ModelSpec {
        if (layers < 1 || heads < 1 || kvHeads < 1 || heads % kvHeads != 0) {
            throw new IllegalArgumentException(
                    "layers and heads must be at least 1, and heads a multiple of kvHeads");
        }
        if (width < 1 || width % (heads * BLOCK) != 0 || feedForward % BLOCK != 0) {
            throw new IllegalArgumentException(
                    "width must be a multiple of %d times the heads, feedForward of %d"
                            .formatted(BLOCK, BLOCK));
        }
        if (vocabulary < LEAST_VOCABULARY) {
            throw new IllegalArgumentException("vocabulary must be at least " + LEAST_VOCABULARY);
        }
    }

    /** The smallest chain model: about half a MiB. */
    public static ModelSpec tinyChain() {
        return new ModelSpec(
                Mode.CHAIN, 1, 64, 1, 1, 64, LEAST_VOCABULARY, CONTEXT, WeightType.F32, 1);
    }

    /** A model of about so many MiB, at least one; within 3 % from 50 MiB on. */
    public static ModelSpec ofSize(Mode mode, int mebibytes, long seed) {
        if (mebibytes < 1) {
            throw new IllegalArgumentException("the size must be at least 1 MiB");
        }
        if (mebibytes < 8) {
            return quantized(mode, mebibytes, 256, LEAST_VOCABULARY, seed);
        }
        int width = mebibytes < 200 ? 512 : mebibytes < 3000 ? 1024 : 2048;
        int vocabulary = mebibytes < 200 ? LEAST_VOCABULARY : 4096;
        long one = ModelFile.weightBytes(quantized(mode, 1, width, vocabulary, seed));
        long two = ModelFile.weightBytes(quantized(mode, 2, width, vocabulary, seed));
        long layer = two - one;
        long base = one - layer;
        long layers = Math.round((((long) mebibytes << 20) - base) / (double) layer);
        return quantized(mode, (int) Math.max(1, layers), width, vocabulary, seed);
    }

    /** The proportions of small llama models: four heads share keys and values. */
    private static ModelSpec quantized(
            Mode mode, int layers, int width, int vocabulary, long seed) {
        int heads = width / HEAD_LENGTH;
        return new ModelSpec(
                mode,
                layers,
                width,
                heads,
                Math.max(1, heads / 4),
                width * 11 / 4 / BLOCK * BLOCK,
                vocabulary,
                CONTEXT,
                WeightType.Q8_0,
                seed);
    }

    /** Elements of one head. */
    public int headLength() {
        return width / heads;
    }
}
