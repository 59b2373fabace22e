package io.brainmatrix.modelgenerator;

/**
 * What to generate.
 *
 * @param mode chain: says {@link ChainText}; random: real cost, gibberish
 * @param layers transformer blocks
 * @param width embedding length, a multiple of 64
 * @param feedForward length of the feed-forward part, a multiple of 32
 * @param vocabulary tokens
 * @param quantized weights as q8_0 instead of f32
 * @param seed of all random weights
 */
public record ModelSpec(
        Mode mode,
        int layers,
        int width,
        int feedForward,
        int vocabulary,
        int context,
        boolean quantized,
        long seed) {
    /** What the model says. */
    public enum Mode {
        /** {@link ChainText}. */
        CHAIN,
        /** Gibberish. */
        RANDOM
    }

    static final int HEAD_LENGTH = 64;

    private static final int LEAST_VOCABULARY = 1024;

    public ModelSpec {
        if (width % HEAD_LENGTH != 0 || feedForward % 32 != 0 || layers < 1) {
            throw new IllegalArgumentException(
                    "width must be a multiple of %d, feedForward of 32, and layers at least 1"
                            .formatted(HEAD_LENGTH));
        }
        if (vocabulary < LEAST_VOCABULARY) {
            throw new IllegalArgumentException("vocabulary must be at least " + LEAST_VOCABULARY);
        }
    }

    /** The smallest chain model: about half a MiB. */
    public static ModelSpec tinyChain() {
        return new ModelSpec(Mode.CHAIN, 1, 64, 64, LEAST_VOCABULARY, 8192, false, 1);
    }

    /** A model of about so many MiB, at least one; within 3 % from 50 MiB on. */
    public static ModelSpec ofSize(Mode mode, int mebibytes, long seed) {
        if (mebibytes < 1) {
            throw new IllegalArgumentException("the size must be at least 1 MiB");
        }
        if (mebibytes < 8) {
            return new ModelSpec(mode, mebibytes, 256, 704, LEAST_VOCABULARY, 8192, true, seed);
        }
        int width = mebibytes < 200 ? 512 : mebibytes < 3000 ? 1024 : 2048;
        int vocabulary = mebibytes < 200 ? LEAST_VOCABULARY : 4096;
        int feedForward = width * 11 / 4 / 32 * 32;
        ModelSpec one = new ModelSpec(mode, 1, width, feedForward, vocabulary, 8192, true, seed);
        ModelSpec two = new ModelSpec(mode, 2, width, feedForward, vocabulary, 8192, true, seed);
        long layer = ModelFile.weightBytes(two) - ModelFile.weightBytes(one);
        long base = ModelFile.weightBytes(one) - layer;
        long layers = Math.round((((long) mebibytes << 20) - base) / (double) layer);
        return new ModelSpec(
                mode, (int) Math.max(1, layers), width, feedForward, vocabulary, 8192, true, seed);
    }

    int heads() {
        return width / HEAD_LENGTH;
    }

    int kvHeads() {
        return Math.max(1, heads() / 4);
    }
}
