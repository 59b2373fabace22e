package io.brainmatrix.modelgenerator;

import java.util.HashMap;
import java.util.Map;

/** The values of all tensors, a row at a time, from the seed alone. */
final class Weights {
    private final ModelSpec spec;
    private final Vocabulary vocabulary;

    /** Row of the output layer to the tokens whose successor it is. */
    private final Map<Integer, Integer> predecessors = new HashMap<>();

    private long state;

    Weights(ModelSpec spec, Vocabulary vocabulary) {
        this.spec = spec;
        this.vocabulary = vocabulary;
        var chain = vocabulary.chain();
        for (int i = 0; i < chain.size(); i++) {
            predecessors.put(chain.get((i + 1) % chain.size()), chain.get(i));
        }
    }

    void row(String tensor, int row, float[] values) {
        if (tensor.endsWith("_norm.weight")) {
            java.util.Arrays.fill(values, 1);
        } else if (spec.mode() == ModelSpec.Mode.RANDOM) {
            random(seedOf(tensor, row), (float) Math.sqrt(3.0 / values.length), values);
        } else if (tensor.equals("token_embd.weight")) {
            // The residual stream stays the token's own embedding, for nothing is ever added to it.
            random(seedOf("token", row), (float) Math.sqrt(3), values);
        } else if (tensor.equals("output.weight")) {
            output(row, values);
        } else if (tensor.endsWith("attn_output.weight") || tensor.endsWith("ffn_down.weight")) {
            java.util.Arrays.fill(values, 0);
        } else {
            random(seedOf(tensor, row), (float) Math.sqrt(3.0 / values.length), values);
        }
    }

    /**
     * Row w is u(prev(w)): the logit of a token's successor is about width/√3, every other's near
     * 0.
     */
    private void output(int row, float[] values) {
        java.util.Arrays.fill(values, 0);
        Integer predecessor = predecessors.get(row);
        if (predecessor == null) {
            return;
        }
        addUnit(predecessor, 1, values);
        if (row == vocabulary.chain().getFirst()) {
            // So that an empty prompt and one that ends in a line's end start the chain.
            addUnit(Vocabulary.BOS, 0.5f, values);
            addUnit(vocabulary.newline(), 0.5f, values);
        }
    }

    private void addUnit(int token, float scale, float[] values) {
        float[] unit = new float[values.length];
        random(seedOf("token", token), 1, unit);
        for (int i = 0; i < values.length; i++) {
            values[i] += scale * unit[i];
        }
    }

    private long seedOf(String tensor, int row) {
        return spec.seed() * 0x9E3779B97F4A7C15L
                ^ (long) tensor.hashCode() << 32
                ^ (row + 1) * 0xD1B54A32D192ED03L;
    }

    /** Uniform in [-scale, scale), by xorshift64*. */
    private void random(long seed, float scale, float[] values) {
        state = seed == 0 ? 1 : seed;
        next();
        for (int i = 0; i < values.length; i++) {
            values[i] = ((next() >>> 40) / (float) (1 << 23) - 1) * scale;
        }
    }

    private long next() {
        state ^= state >>> 12;
        state ^= state << 25;
        state ^= state >>> 27;
        return state * 0x2545F4914F6CDD1DL;
    }
}
