package io.brainmatrix.pod.engine;

import java.nio.charset.StandardCharsets;
import java.util.Random;

/** One or two fields of a model's header, changed by chance; what a field means does not matter. */
public final class GgufMutation {
    private static final long[] EDGES = {
        0,
        1,
        -1,
        2,
        3,
        7,
        31,
        32,
        33,
        63,
        64,
        255,
        256,
        257,
        511,
        512,
        513,
        1023,
        1024,
        65_535,
        65_536,
        1_000_000_000,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        1L << 32,
        1L << 62,
        -2
    };
    private static final float[] REALS = {
        0, -1, 1e-5f, 1e30f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY
    };
    private static final String[] WORDS = {
        "",
        "llama",
        "gpt2",
        "bert",
        "no_vocab",
        "t5",
        "rwkv",
        "qwen2",
        "qwen3",
        "\u0000",
        "x".repeat(70)
    };

    /** Keys that mean something where they were not. */
    private static final String[] KEYS = {
        "llama.expert_count",
        "llama.expert_used_count",
        "split.count",
        "llama.pooling_type",
        "llama.attention.sliding_window",
        "llama.attention.key_length",
        "llama.attention.value_length",
        "llama.rope.scaling.factor",
        "general.alignment",
        "tokenizer.ggml.add_bos_token",
        "tokenizer.ggml.eot_token_id",
        "tokenizer.ggml.pre"
    };

    private GgufMutation() {}

    /** A copy of a valid file with a field or two changed. */
    public static byte[] of(byte[] valid, Random random) {
        GgufEdit edit = GgufEdit.of(valid);
        for (int i = 1 + random.nextInt(2); i > 0; i--) {
            if (random.nextInt(3) == 0) {
                tensor(edit, random);
            } else {
                entry(edit, random);
            }
        }
        if (random.nextInt(20) == 0) {
            edit.version = (int) edge(random);
        }
        byte[] bytes = edit.bytes();
        return random.nextInt(20) == 0
                ? java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length))
                : bytes;
    }

    private static long edge(Random random) {
        return EDGES[random.nextInt(EDGES.length)];
    }

    private static void entry(GgufEdit edit, Random random) {
        int at = random.nextInt(edit.entries.size());
        GgufEdit.Entry entry = edit.entries.get(at);
        switch (random.nextInt(8)) {
            case 0 -> edit.entries.remove(at);
            case 1 -> edit.entries.add(entry); // twice
            case 2 -> // a value of another type, read as such
                    edit.entries.set(
                            at, new GgufEdit.Entry(entry.key(), random.nextInt(14), entry.value()));
            case 3 -> edit.put(KEYS[random.nextInt(KEYS.length)], GgufEdit.U32, number(random));
            case 4 ->
                    edit.entries.set(
                            at,
                            new GgufEdit.Entry(
                                    random.nextBoolean() ? "" : entry.key() + "x",
                                    entry.type(),
                                    entry.value()));
            default -> edit.entries.set(at, changed(entry, random));
        }
    }

    private static byte[] number(Random random) {
        return GgufEdit.u32((int) edge(random));
    }

    private static GgufEdit.Entry changed(GgufEdit.Entry entry, Random random) {
        byte[] value = entry.value().clone();
        switch (entry.type()) {
            case GgufEdit.STRING -> value = GgufEdit.string(WORDS[random.nextInt(WORDS.length)]);
            case GgufEdit.F32 -> value = GgufEdit.f32(REALS[random.nextInt(REALS.length)]);
            case GgufEdit.ARRAY -> array(value, random);
            default -> {
                byte[] number = value.length == 8 ? GgufEdit.u64(edge(random)) : number(random);
                over(number, value, 0);
            }
        }
        return new GgufEdit.Entry(entry.key(), entry.type(), value);
    }

    /** Its elements' type, its length, or one byte of what is in it. */
    private static void array(byte[] value, Random random) {
        switch (random.nextInt(3)) {
            case 0 -> over(GgufEdit.u32(random.nextInt(14)), value, 0);
            case 1 -> over(GgufEdit.u64(edge(random)), value, 4);
            default ->
                    over(
                            new byte[] {(byte) random.nextInt()},
                            value,
                            random.nextInt(1 + value.length));
        }
    }

    /** As much of it as fits: a first change may have made a number of a text. */
    private static void over(byte[] part, byte[] value, int at) {
        int fits = Math.max(0, Math.min(part.length, value.length - at));
        System.arraycopy(part, 0, value, Math.min(at, value.length), fits);
    }

    private static void tensor(GgufEdit edit, Random random) {
        int at = random.nextInt(edit.tensors.size());
        GgufEdit.Tensor tensor = edit.tensors.get(at);
        String name = tensor.name();
        long[] dimensions = tensor.dimensions().clone();
        int type = tensor.type();
        byte[] data = tensor.data();
        Long offset = null;
        switch (random.nextInt(7)) {
            case 0 -> {
                edit.tensors.remove(at);
                return;
            }
            case 1 -> edit.tensors.add(tensor);
            case 2 -> dimensions[random.nextInt(dimensions.length)] = edge(random);
            case 3 -> type = random.nextInt(40);
            case 4 -> offset = edge(random);
            case 5 -> {
                byte[] letters = name.getBytes(StandardCharsets.UTF_8);
                letters[random.nextInt(letters.length)] ^= (byte) (1 << random.nextInt(7));
                name = new String(letters, StandardCharsets.ISO_8859_1);
            }
            default -> dimensions = random.nextBoolean() ? new long[0] : new long[] {1, 1, 1, 1, 1};
        }
        edit.tensors.set(at, new GgufEdit.Tensor(name, dimensions, type, data, offset));
    }
}
