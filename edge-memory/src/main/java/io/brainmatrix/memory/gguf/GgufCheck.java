package io.brainmatrix.memory.gguf;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Refuses what the engine (llama.cpp b4916) would abort on, crash on or silently misread. */
final class GgufCheck {
    /** What that build loads, by its own names. */
    static final Set<String> ARCHITECTURES =
            Set.of(
                    "llama",
                    "qwen2",
                    "qwen2moe",
                    "gemma2",
                    "gemma3",
                    "phi3",
                    "deepseek2",
                    "olmo2",
                    "granite",
                    "cohere2",
                    "exaone",
                    "minicpm",
                    "mamba");

    private static final Set<String> TOKENIZERS = Set.of("llama", "gpt2", "t5");
    private static final int STRING = 8;
    private static final int FLOAT = 6;
    private static final int INT = 5;
    private static final int UNSIGNED = 4;
    private static final long BLOCKS_MAX = 512;
    private static final long HEADS_MAX = 4096;
    private static final long WIDTH_MAX = 1 << 20;

    private GgufCheck() {}

    static void check(GgufFile file) throws GgufException {
        String architecture = file.architecture();
        if (!ARCHITECTURES.contains(architecture)) {
            throw new GgufException(
                    "architecture `%s` is not supported; this engine loads %s"
                            .formatted(architecture, new TreeSet<>(ARCHITECTURES)));
        }
        if (file.metadata().containsKey("split.count")) {
            throw new GgufException(
                    "one part of a split model; merge the parts with `llama-gguf-split --merge`");
        }
        tokenizer(file);
        shape(file);
        for (Tensor tensor : file.tensors()) {
            if (tensor.dimensions().size() == 1 && tensor.type() != TensorType.F32) {
                throw new GgufException(
                        "tensor `%s` has one dimension and the type %s; norms and biases must be F32"
                                .formatted(tensor.name(), tensor.type()));
            }
        }
        if (file.tensors().stream().noneMatch(t -> t.name().equals("token_embd.weight"))) {
            throw new GgufException("there is no tensor `token_embd.weight`: no language model");
        }
    }

    private static void shape(GgufFile file) throws GgufException {
        long blocks = within(file, "block_count", 1, BLOCKS_MAX, true);
        long width = within(file, "embedding_length", 1, WIDTH_MAX, true);
        within(file, "context_length", 1, Integer.MAX_VALUE, true);
        within(file, "feed_forward_length", 1, WIDTH_MAX, false);
        within(file, "attention.head_count", 1, HEADS_MAX, false);
        within(file, "attention.head_count_kv", 0, HEADS_MAX, false);
        onePerLayer(file, "attention.head_count", blocks);
        onePerLayer(file, "attention.head_count_kv", blocks);
        within(file, "attention.key_length", 1, WIDTH_MAX, false);
        within(file, "attention.value_length", 1, WIDTH_MAX, false);
        for (int layer = 0; layer < blocks; layer++) {
            long heads = file.perLayer("attention.head_count", layer, 0);
            long kv = file.perLayer("attention.head_count_kv", layer, heads);
            if (heads < 0 || heads > HEADS_MAX || kv < 0 || kv > Math.max(heads, 1)) {
                throw new GgufException(
                        "`attention.head_count_kv` of layer %d is %d with %d heads"
                                .formatted(layer, kv, heads));
            }
            if (heads > 0 && kv > 0 && heads % kv != 0) {
                throw new GgufException(
                        "layer %d has %d heads, no multiple of its %d kv heads"
                                .formatted(layer, heads, kv));
            }
        }
        for (Map.Entry<String, Object> entry : file.metadata().entrySet()) {
            boolean epsilon = entry.getKey().endsWith("_epsilon");
            if (epsilon && !(entry.getValue() instanceof Double value && value >= 0 && value < 1)) {
                throw new GgufException(
                        "`%s` is %s; it must be at least 0 and below 1"
                                .formatted(entry.getKey(), entry.getValue()));
            }
        }
        long experts = file.ofArchitecture("expert_count").orElse(0);
        long used = file.ofArchitecture("expert_used_count").orElse(0);
        boolean none = experts == 0 && used == 0;
        if (!none && (experts < 1 || experts > 256 || used < 1 || used > experts)) {
            throw new GgufException(
                    "`expert_count` %d with `expert_used_count` %d is not possible"
                            .formatted(experts, used));
        }
        embedding(file, width);
    }

    private static void embedding(GgufFile file, long width) throws GgufException {
        Optional<Tensor> embedding =
                file.tensors().stream()
                        .filter(t -> t.name().equals("token_embd.weight"))
                        .findFirst();
        if (embedding.isPresent()
                && (embedding.get().dimensions().size() != 2
                        || embedding.get().dimensions().get(0) != width
                        || embedding.get().dimensions().get(1) != file.vocabulary())) {
            throw new GgufException(
                    "tensor `token_embd.weight` is %s, expected [%d, %d] by `embedding_length` and the vocabulary"
                            .formatted(embedding.get().dimensions(), width, file.vocabulary()));
        }
    }

    private static void onePerLayer(GgufFile file, String key, long blocks) throws GgufException {
        String name = file.architecture() + "." + key;
        if (file.metadata().get(name) instanceof MetadataReader.Array array
                && (array.length() != blocks
                        || (array.elementType() != UNSIGNED && array.elementType() != INT))) {
            throw new GgufException(
                    "`%s` is an array of %d elements of type %d; it must be one whole number, or one for each of %d layers"
                            .formatted(name, array.length(), array.elementType(), blocks));
        }
    }

    private static long within(GgufFile file, String key, long least, long most, boolean needed)
            throws GgufException {
        String name = file.architecture() + "." + key;
        Object value = file.metadata().get(name);
        if (value instanceof Long number && number >= least && number <= most) {
            return number;
        }
        boolean perLayer = value instanceof MetadataReader.Array && key.contains("head_count");
        if (perLayer || (value == null && !needed)) {
            return 0;
        }
        throw new GgufException(
                "`%s` is %s; it must be a whole number from %d to %d"
                        .formatted(name, value == null ? "missing" : value, least, most));
    }

    private static void tokenizer(GgufFile file) throws GgufException {
        String model = file.text("tokenizer.ggml.model").orElse("missing");
        if (!TOKENIZERS.contains(model)) {
            throw new GgufException(
                    "`tokenizer.ggml.model` is `%s`; this engine takes %s"
                            .formatted(model, new TreeSet<>(TOKENIZERS)));
        }
        long vocabulary = file.vocabulary();
        array(file, "tokenizer.ggml.tokens", STRING, vocabulary, true);
        array(file, "tokenizer.ggml.scores", FLOAT, vocabulary, false);
        array(file, "tokenizer.ggml.token_type", INT, vocabulary, false);
        if (vocabulary < 1) {
            throw new GgufException("`tokenizer.ggml.tokens` is empty");
        }
        boolean merges =
                file.metadata().get("tokenizer.ggml.merges") instanceof MetadataReader.Array m
                        && m.elementType() == STRING;
        if (!merges
                && (model.equals("gpt2") || file.metadata().containsKey("tokenizer.ggml.merges"))) {
            throw new GgufException("`tokenizer.ggml.merges` must be an array of strings");
        }
        String charsmap = "tokenizer.ggml.precompiled_charsmap";
        boolean numbers =
                file.metadata().get(charsmap) instanceof MetadataReader.Array array
                        && array.elementType() != STRING;
        if (!numbers && file.metadata().containsKey(charsmap)) {
            throw new GgufException(
                    "`tokenizer.ggml.precompiled_charsmap` must be an array of numbers");
        }
        for (String special :
                List.of("bos", "eos", "unknown", "padding", "separator", "eot", "eom")) {
            String key = "tokenizer.ggml." + special + "_token_id";
            Object id = file.metadata().get(key);
            // The largest unsigned value is what converters write for "none".
            boolean valid =
                    id == null
                            || (id instanceof Long number
                                    && ((number >= 0 && number < vocabulary)
                                            || number == 0xffff_ffffL));
            if (!valid) {
                throw new GgufException(
                        "`%s` is %s, the vocabulary has %d tokens".formatted(key, id, vocabulary));
            }
        }
    }

    private static void array(
            GgufFile file, String key, int elementType, long length, boolean needed)
            throws GgufException {
        Object value = file.metadata().get(key);
        if (value == null && !needed) {
            return;
        }
        if (!(value instanceof MetadataReader.Array array)
                || array.elementType() != elementType
                || array.length() != length) {
            throw new GgufException(
                    "`%s` must be an array of %d elements of type %d"
                            .formatted(key, length, elementType));
        }
    }
}
