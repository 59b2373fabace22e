package io.brainmatrix.pod.engine;

import io.brainmatrix.modelgenerator.ModelFile;
import io.brainmatrix.modelgenerator.ModelSpec;
import io.brainmatrix.modelgenerator.WeightType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * A model that is in order, drawn by chance: of another shape, with other types, and its file
 * written as other tools write theirs.
 */
final class GgufVariant {
    private static final int BLOCK = 32;
    private static final int SUPER_BLOCK = 256;

    /** Types that the generator does not write: all zero, such a tensor is one of zeros. */
    private record Type(int id, int blockElements, int blockBytes) {}

    private static final List<Type> TYPES =
            List.of(
                    new Type(1, 1, 2),
                    new Type(2, BLOCK, 18),
                    new Type(3, BLOCK, 20),
                    new Type(6, BLOCK, 22),
                    new Type(7, BLOCK, 24),
                    new Type(8, BLOCK, 34),
                    new Type(10, SUPER_BLOCK, 84),
                    new Type(11, SUPER_BLOCK, 110),
                    new Type(12, SUPER_BLOCK, 144),
                    new Type(13, SUPER_BLOCK, 176),
                    new Type(14, SUPER_BLOCK, 210),
                    new Type(20, BLOCK, 18),
                    new Type(23, SUPER_BLOCK, 136),
                    new Type(30, 1, 2));

    /** What llama.cpp has a default for, or only tells. */
    private static final List<String> OPTIONAL =
            List.of(
                    "general.name",
                    "general.quantization_version",
                    "general.file_type",
                    "llama.vocab_size",
                    "llama.rope.dimension_count",
                    "llama.rope.freq_base",
                    "tokenizer.ggml.add_bos_token",
                    "tokenizer.ggml.add_eos_token",
                    "tokenizer.ggml.add_space_prefix",
                    "tokenizer.ggml.unknown_token_id",
                    "tokenizer.chat_template");

    private GgufVariant() {}

    /** Writes one; returns what it is, in a line. */
    static String write(Path file, Random random) throws IOException {
        ModelSpec spec = spec(random);
        ModelFile.write(file, spec, done -> {});
        GgufEdit edit = GgufEdit.of(Files.readAllBytes(file));
        edit.version = 2 + random.nextInt(2);
        align(edit, random);
        if (random.nextInt(3) == 0) {
            retype(edit, random);
        }
        if (random.nextInt(4) == 0) { // the embeddings serve for the output as well
            edit.tensors.removeIf(t -> t.name().equals("output.weight"));
        }
        if (spec.heads() == spec.kvHeads() && random.nextBoolean()) {
            edit.remove("llama.attention.head_count_kv");
        }
        for (String key : OPTIONAL) {
            if (random.nextInt(4) == 0) {
                edit.remove(key);
            }
        }
        values(edit, random);
        more(edit, random);
        if (random.nextBoolean()) {
            Collections.shuffle(edit.entries, random);
        }
        if (random.nextBoolean()) {
            Collections.shuffle(edit.tensors, random);
        }
        Files.write(file, edit.bytes());
        return "%s, version %d, alignment %d, types %s"
                .formatted(
                        spec,
                        edit.version,
                        edit.alignment,
                        edit.tensors.stream().map(GgufEdit.Tensor::type).distinct().toList());
    }

    private static ModelSpec spec(Random random) {
        int kvHeads = 1 + random.nextInt(3);
        int heads = kvHeads * (1 + random.nextInt(3));
        WeightType[] weights = WeightType.values();
        return new ModelSpec(
                random.nextBoolean() ? ModelSpec.Mode.CHAIN : ModelSpec.Mode.RANDOM,
                1 + random.nextInt(3),
                heads * BLOCK * (1 + random.nextInt(2)),
                heads,
                kvHeads,
                BLOCK * (1 + random.nextInt(8)),
                1024 + random.nextInt(300),
                64 << random.nextInt(8),
                weights[random.nextInt(weights.length)],
                random.nextLong());
    }

    private static void align(GgufEdit edit, Random random) {
        edit.alignment = (long) BLOCK << random.nextInt(6);
        edit.put("general.alignment", GgufEdit.U32, GgufEdit.u32((int) edit.alignment));
        if (edit.alignment == BLOCK && random.nextBoolean()) {
            edit.remove("general.alignment");
        }
    }

    /** Some matrices in types of their own, as quantising tools mix them. */
    private static void retype(GgufEdit edit, Random random) {
        for (int i = 0; i < edit.tensors.size(); i++) {
            GgufEdit.Tensor tensor = edit.tensors.get(i);
            Type type = TYPES.get(random.nextInt(TYPES.size()));
            if (tensor.dimensions().length < 2
                    || tensor.dimensions()[0] % type.blockElements() != 0
                    || random.nextBoolean()) {
                continue;
            }
            long elements = tensor.dimensions()[0] * tensor.dimensions()[1];
            byte[] zeros = new byte[(int) (elements / type.blockElements() * type.blockBytes())];
            edit.tensors.set(
                    i,
                    new GgufEdit.Tensor(
                            tensor.name(), tensor.dimensions(), type.id(), zeros, null));
        }
    }

    private static void values(GgufEdit edit, Random random) {
        if (random.nextBoolean()) {
            edit.put(
                    "llama.attention.layer_norm_rms_epsilon",
                    GgufEdit.F32,
                    GgufEdit.f32(List.of(1e-6f, 1e-5f, 1e-4f).get(random.nextInt(3))));
        }
        if (random.nextInt(3) == 0) {
            edit.put("llama.rope.freq_base", GgufEdit.F32, GgufEdit.f32(500_000));
        }
        if (random.nextInt(4) == 0) {
            edit.put("llama.rope.scaling.type", GgufEdit.STRING, GgufEdit.string("linear"));
            edit.put("llama.rope.scaling.factor", GgufEdit.F32, GgufEdit.f32(4));
        }
        if (random.nextInt(4) == 0) {
            edit.put("tokenizer.ggml.padding_token_id", GgufEdit.U32, GgufEdit.u32(0));
        }
    }

    /**
     * What nobody needs to know: a value of each type, texts of any script, arrays of any length.
     */
    private static void more(GgufEdit edit, Random random) {
        for (int i = random.nextInt(6); i > 0; i--) {
            int type = random.nextInt(13);
            byte[] value =
                    switch (type) {
                        case GgufEdit.STRING ->
                                GgufEdit.string(
                                        "\u6a21\u578b \uD83E\uDDE0 \u00e9"
                                                .repeat(random.nextInt(20)));
                        case GgufEdit.ARRAY -> array(random);
                        case 0, 1 -> new byte[] {(byte) random.nextInt()};
                        case 7 -> new byte[] {(byte) random.nextInt(2)};
                        case 2, 3 -> new byte[] {(byte) random.nextInt(), (byte) random.nextInt()};
                        case 10, 11, 12 -> GgufEdit.u64(random.nextLong());
                        default -> GgufEdit.u32(random.nextInt());
                    };
            edit.put("tool.note.%d".formatted(i), type, value);
        }
    }

    private static byte[] array(Random random) {
        int count = random.nextInt(5);
        byte[] element = random.nextBoolean() ? GgufEdit.string("tag") : GgufEdit.u32(7);
        byte[] all = new byte[12 + count * element.length];
        System.arraycopy(
                GgufEdit.u32(element.length == 4 ? GgufEdit.U32 : GgufEdit.STRING), 0, all, 0, 4);
        System.arraycopy(GgufEdit.u64(count), 0, all, 4, 8);
        for (int i = 0; i < count; i++) {
            System.arraycopy(element, 0, all, 12 + i * element.length, element.length);
        }
        return all;
    }
}
