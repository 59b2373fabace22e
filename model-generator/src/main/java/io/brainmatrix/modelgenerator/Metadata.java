package io.brainmatrix.modelgenerator;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The metadata of a generated model. */
final class Metadata {
    private Metadata() {}

    private record Array(int type, List<?> elements) {}

    static void write(
            LittleEndianOutput out, ModelSpec spec, Vocabulary vocabulary, String chatTemplate)
            throws IOException {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("general.architecture", "llama");
        values.put("general.name", "generated " + spec.mode());
        values.put("general.quantization_version", 2);
        values.put("general.alignment", 32);
        values.put("general.file_type", spec.weights().fileType());
        values.put("llama.context_length", spec.context());
        values.put("llama.embedding_length", spec.width());
        values.put("llama.block_count", spec.layers());
        values.put("llama.feed_forward_length", spec.feedForward());
        values.put("llama.attention.head_count", spec.heads());
        values.put("llama.attention.head_count_kv", spec.kvHeads());
        values.put("llama.attention.layer_norm_rms_epsilon", 1e-5f);
        values.put("llama.rope.dimension_count", spec.headLength());
        values.put("llama.rope.freq_base", 10_000f);
        values.put("llama.vocab_size", spec.vocabulary());
        values.put("tokenizer.ggml.model", "llama");
        values.put("tokenizer.ggml.tokens", new Array(8, vocabulary.tokens()));
        values.put("tokenizer.ggml.scores", new Array(6, vocabulary.scores()));
        values.put("tokenizer.ggml.token_type", new Array(5, vocabulary.types()));
        values.put("tokenizer.ggml.bos_token_id", Vocabulary.BOS);
        values.put("tokenizer.ggml.eos_token_id", Vocabulary.EOS);
        values.put("tokenizer.ggml.unknown_token_id", Vocabulary.UNKNOWN);
        values.put("tokenizer.ggml.add_bos_token", true);
        values.put("tokenizer.ggml.add_eos_token", false);
        values.put("tokenizer.ggml.add_space_prefix", true);
        values.put("tokenizer.chat_template", chatTemplate);
        out.i64(values.size());
        for (Map.Entry<String, Object> entry : values.entrySet()) {
            out.string(entry.getKey());
            value(out, entry.getValue());
        }
    }

    private static void value(LittleEndianOutput out, Object value) throws IOException {
        switch (value) {
            case String text -> {
                out.i32(8);
                out.string(text);
            }
            case Integer number -> {
                out.i32(4);
                out.i32(number);
            }
            case Float number -> {
                out.i32(6);
                out.f32(number);
            }
            case Boolean flag -> {
                out.i32(7);
                out.u8(flag ? 1 : 0);
            }
            case Array array -> array(out, array);
            default -> throw new IllegalStateException("no GGUF type for " + value.getClass());
        }
    }

    private static void array(LittleEndianOutput out, Array array) throws IOException {
        out.i32(9);
        out.i32(array.type());
        out.i64(array.elements().size());
        for (Object element : array.elements()) {
            switch (element) {
                case String text -> out.string(text);
                case Float number -> out.f32(number);
                case Integer number -> out.i32(number);
                default -> throw new IllegalStateException("no element " + element.getClass());
            }
        }
    }
}
