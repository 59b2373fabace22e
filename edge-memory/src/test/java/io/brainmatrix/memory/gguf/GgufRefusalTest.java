package io.brainmatrix.memory.gguf;

import static io.brainmatrix.memory.gguf.GgufSketch.ARRAY;
import static io.brainmatrix.memory.gguf.GgufSketch.BOOL;
import static io.brainmatrix.memory.gguf.GgufSketch.F32;
import static io.brainmatrix.memory.gguf.GgufSketch.F64;
import static io.brainmatrix.memory.gguf.GgufSketch.I32;
import static io.brainmatrix.memory.gguf.GgufSketch.I64;
import static io.brainmatrix.memory.gguf.GgufSketch.STRING;
import static io.brainmatrix.memory.gguf.GgufSketch.U32;
import static io.brainmatrix.memory.gguf.GgufSketch.U64;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** R11: whatever native code would abort on, crash on or misread is refused in Java, by name. */
class GgufRefusalTest {
    private static final String TOKENS = "tokenizer.ggml.tokens";
    private static final String SCORES = "tokenizer.ggml.scores";
    private static final String HEADS = "llama.attention.head_count";
    private static final String KV = "llama.attention.head_count_kv";

    @TempDir Path folder;

    static Stream<Arguments> damages() {
        return Stream.of(structure(), numbers(), tokenizers(), tensors()).flatMap(s -> s);
    }

    private static Stream<Arguments> structure() {
        return Stream.of(
                row("version 0", "version 0", s -> s.version = 0),
                row("version 1", "version 1", s -> s.version = 1),
                row("big-endian", "big-endian", s -> s.version = 0x0300_0000),
                row("no tensors", "0 tensors", s -> s.tensorCount = 0L),
                row("10^9 tensors", "1000000000 tensors", s -> s.tensorCount = 1_000_000_000L),
                row("negative count", "18446744073709551615", s -> s.metadataCount = -1L),
                row("one tensor more than there is", "tensor", s -> s.tensorCount = 6L),
                row("empty key", "key", s -> s.put("", U32, 1)),
                row("key of 65536 bytes", "key", s -> s.put("k".repeat(65_536), U32, 1)),
                row(
                        "a key twice",
                        "llama.block_count",
                        s ->
                                s.more.add(
                                        Map.entry(
                                                "llama.block_count",
                                                new GgufSketch.Value(U32, 1)))),
                row("unknown value type", "general.x", s -> s.put("general.x", 13, 1)),
                row("boolean of 2", "general.x", s -> s.put("general.x", BOOL, 2)),
                row(
                        "array in an array",
                        "general.x",
                        s -> s.claim("general.x", ARRAY, List.of(), 1)),
                row(
                        "array of 10^9",
                        "general.x",
                        s -> s.claim("general.x", U32, List.of(1), 1_000_000_000L)),
                row("array of -1", "general.x", s -> s.claim("general.x", U32, List.of(), -1)),
                row("part of a split model", "split", s -> s.put("split.count", 2, 3)),
                row("no architecture", "architecture", s -> s.remove("general.architecture")),
                row("architecture 7", "architecture", s -> s.put("general.architecture", U32, 7)),
                row(
                        "later architecture",
                        "qwen3",
                        s -> s.put("general.architecture", STRING, "qwen3")),
                row("cut inside the data", "truncated", s -> s.cutBytes = 100),
                row("cut inside the header", "truncated", s -> s.cutBytes = 12_500));
    }

    private static Stream<Arguments> numbers() {
        String epsilon = "llama.attention.layer_norm_rms_epsilon";
        return Stream.of(
                row("alignment 0", "alignment", s -> s.put("general.alignment", U32, 0)),
                row("alignment 16", "alignment", s -> s.put("general.alignment", U32, 16)),
                row("alignment 48", "alignment", s -> s.put("general.alignment", U32, 48)),
                row("alignment text", "alignment", s -> s.put("general.alignment", STRING, "32")),
                row("alignment u64", "alignment", s -> s.put("general.alignment", U64, 32)),
                row("alignment i32", "alignment", s -> s.put("general.alignment", I32, 32)),
                row("file type i32", "general.file_type", s -> s.put("general.file_type", I32, 7)),
                row("block_count 0", "block_count", s -> s.put("llama.block_count", U32, 0)),
                row("block_count 513", "block_count", s -> s.put("llama.block_count", U32, 513)),
                row("no block_count", "block_count", s -> s.remove("llama.block_count")),
                row("block_count f32", "block_count", s -> s.put("llama.block_count", F32, 1)),
                row("no width", "embedding_length", s -> s.remove("llama.embedding_length")),
                row("other width", "token_embd", s -> s.put("llama.embedding_length", U32, 128)),
                row("context 0", "context_length", s -> s.put("llama.context_length", U32, 0)),
                row("heads 0", "head_count", s -> s.put(HEADS, U32, 0)),
                row("heads 4097", "head_count", s -> s.put(HEADS, U32, 4097)),
                row("heads text", "head_count", s -> s.put(HEADS, STRING, "4")),
                row("no heads", "head_count", s -> s.remove(HEADS)),
                row("heads of no layer", "head_count", s -> s.array(HEADS, U32, List.of())),
                row("heads of 2 layers", "head_count", s -> s.array(HEADS, U32, List.of(4, 4))),
                row("heads as texts", "head_count", s -> s.array(HEADS, STRING, List.of("4"))),
                row("more kv heads than heads", "head_count_kv", s -> s.put(KV, U32, 8)),
                row("kv heads text", "head_count_kv", s -> s.put(KV, STRING, "2")),
                row("kv heads as texts", "head_count_kv", s -> s.array(KV, STRING, List.of("2"))),
                row("3 kv heads of 4", "heads", s -> s.put(KV, U32, 3)),
                row("epsilon negative", "epsilon", s -> s.put(epsilon, F32, -1e-5f)),
                row("epsilon NaN", "epsilon", s -> s.put(epsilon, F32, Float.NaN)),
                row("epsilon infinite", "epsilon", s -> s.put(epsilon, F32, 1f / 0)),
                row("epsilon integer", "epsilon", s -> s.put(epsilon, U32, 0)),
                row("257 experts", "expert_count", s -> experts(s, 257, 2)),
                row("more used than there are", "expert_used_count", s -> experts(s, 4, 5)),
                row("used though there are none", "expert_used_count", s -> experts(s, 0, 2)),
                row("none used", "expert_used_count", s -> s.put("llama.expert_count", U32, 4)));
    }

    private static Stream<Arguments> tokenizers() {
        List<String> cut = List.of("t0", "t1", "t2", "t3", "t4", "t5", "t6", "t0\0more");
        List<String> twice = List.of("t0", "t1", "t2", "t3", "t4", "t5", "t6", "t0");
        List<Float> short7 = Collections.nCopies(7, 0f);
        return Stream.of(
                row("tokenizer bert", "bert", s -> s.put("tokenizer.ggml.model", STRING, "bert")),
                row(
                        "tokenizer no_vocab",
                        "no_vocab",
                        s -> s.put("tokenizer.ggml.model", STRING, "no_vocab")),
                row("no tokenizer", "tokenizer", s -> s.remove("tokenizer.ggml.model")),
                row("no tokens", "tokens", s -> s.remove(TOKENS)),
                row("zero tokens", "token", s -> s.array(TOKENS, STRING, List.of())),
                row("tokens scalar", "token", s -> s.put(TOKENS, STRING, "t0")),
                row(
                        "tokens of floats",
                        "tokens",
                        s -> s.array(TOKENS, F32, Collections.nCopies(8, 0f))),
                row("a token twice", "twice", s -> s.array(TOKENS, STRING, twice)),
                row("a token twice to C", "twice", s -> s.array(TOKENS, STRING, cut)),
                row("scores scalar", "scores", s -> s.put(SCORES, F32, 0)),
                row(
                        "scores of integers",
                        "scores",
                        s -> s.array(SCORES, I32, Collections.nCopies(8, 0))),
                row(
                        "scores of doubles",
                        "scores",
                        s -> s.array(SCORES, F64, Collections.nCopies(8, 0.0))),
                row("scores too short", "scores", s -> s.array(SCORES, F32, short7)),
                row(
                        "token types too short",
                        "token_type",
                        s -> s.array("tokenizer.ggml.token_type", I32, List.of(1))),
                row("merges scalar", "merges", s -> s.put("tokenizer.ggml.merges", STRING, "a b")),
                row(
                        "merges of integers",
                        "merges",
                        s -> s.array("tokenizer.ggml.merges", U32, List.of(1))),
                row(
                        "gpt2 without merges",
                        "merges",
                        s -> s.put("tokenizer.ggml.model", STRING, "gpt2")),
                row(
                        "charsmap scalar",
                        "charsmap",
                        s -> s.put("tokenizer.ggml.precompiled_charsmap", U32, 1)),
                row(
                        "bos beyond the vocabulary",
                        "bos",
                        s -> s.put("tokenizer.ggml.bos_token_id", U32, 8)),
                row(
                        "eos beyond the vocabulary",
                        "eos",
                        s -> s.put("tokenizer.ggml.eos_token_id", U32, 99)),
                row("eos negative", "eos", s -> s.put("tokenizer.ggml.eos_token_id", I64, -1)));
    }

    private static Stream<Arguments> tensors() {
        long huge = 1L << 58;
        return Stream.of(
                row("norm as F16", "F32", s -> s.replaceTensor(1, "blk.0.attn_norm.weight", 1, 64)),
                row(
                        "weights as I8",
                        "attn_q",
                        s -> s.replaceTensor(2, "blk.0.attn_q.weight", 24, 64, 64)),
                row(
                        "weights as I32",
                        "attn_q",
                        s -> s.replaceTensor(2, "blk.0.attn_q.weight", 26, 64, 64)),
                row(
                        "weights as F64",
                        "attn_q",
                        s -> s.replaceTensor(2, "blk.0.attn_q.weight", 28, 64, 64)),
                row(
                        "unknown type",
                        "attn_q",
                        s -> s.replaceTensor(2, "blk.0.attn_q.weight", 99, 64, 64)),
                row("no name", "name", s -> s.replaceTensor(2, "", 8, 64, 64)),
                row("64 bytes of name", "name", s -> s.replaceTensor(2, "n".repeat(64), 8, 64, 64)),
                row("a name twice", "name", s -> s.replaceTensor(2, "output.weight", 8, 64, 64)),
                row("no dimensions", "dimensions", s -> s.replaceTensor(2, "x", 8)),
                row("5 dimensions", "dimensions", s -> s.replaceTensor(2, "x", 8, 64, 1, 1, 1, 1)),
                row("dimension 0", "size", s -> s.replaceTensor(2, "x", 8, 64, 0)),
                row("negative dimension", "size", s -> s.replaceTensor(2, "x", 8, 64, -1)),
                row("size overflow", "size", s -> s.replaceTensor(2, "x", 8, 1L << 40, 1L << 40)),
                row("larger than any file", "truncated", s -> s.replaceTensor(2, "x", 0, huge)),
                row(
                        "sizes whose sum overflows",
                        "truncated",
                        s -> {
                            s.replaceTensor(1, "x", 0, huge);
                            s.replaceTensor(2, "y", 0, huge * 3);
                            s.replaceTensor(3, "z", 0, huge * 3);
                        }),
                row("row of 48 in blocks of 32", "block", s -> s.replaceTensor(2, "x", 8, 48, 64)),
                row("offset not aligned", "begins at", s -> offset(s, 2049)),
                row("overlap", "begins at", s -> offset(s, 0)),
                row("hole", "begins at", s -> offset(s, 4096)),
                row("no embeddings", "token_embd", s -> s.replaceTensor(0, "x", 0, 64, 8)),
                row(
                        "other embeddings",
                        "token_embd",
                        s -> s.replaceTensor(0, "token_embd.weight", 0, 64, 9)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("damages")
    void refuses(String name, String mentioned, Consumer<GgufSketch> damage) throws IOException {
        GgufSketch sketch = GgufSketch.valid();
        damage.accept(sketch);
        Path file = folder.resolve("model.gguf");
        sketch.write(file);

        assertThatThrownBy(() -> GgufFile.read(file))
                .as(name)
                .isInstanceOf(GgufException.class)
                .hasMessageContaining(mentioned);
    }

    @Test
    void namesWhatWasDownloadedInstead() throws IOException {
        assertThat(refusal("version https://git-lfs.github.com/spec/v1\noid sha256:ab"))
                .contains("git-lfs");
        for (String page :
                List.of(
                        "<!DOCTYPE html><html><head>",
                        "<!doctype html>\n<html lang=en>",
                        "<html><body>Access denied</body>",
                        "<HTML><BODY>Access denied</BODY>")) {
            assertThat(refusal(page)).contains("HTML");
        }
        assertThat(refusal("")).contains("truncated");
        assertThat(refusal("PK and then some more bytes of an archive")).contains("no GGUF");
    }

    @Test
    void namesTheArchitecturesItKnows() throws IOException {
        GgufSketch sketch = GgufSketch.valid();
        sketch.put("general.architecture", STRING, "gpt-oss");
        Path file = folder.resolve("model.gguf");
        sketch.write(file);

        assertThatThrownBy(() -> GgufFile.read(file))
                .hasMessageContainingAll("`gpt-oss`", "gemma3", "llama", "qwen2");
    }

    private String refusal(String content) throws IOException {
        Path file = folder.resolve("other.gguf");
        Files.write(file, content.getBytes(StandardCharsets.UTF_8));
        try {
            GgufFile.read(file);
        } catch (GgufException e) {
            return String.valueOf(e.getMessage());
        }
        throw new AssertionError("accepted: " + content);
    }

    private static void experts(GgufSketch sketch, int count, int used) {
        sketch.put("llama.expert_count", U32, count);
        sketch.put("llama.expert_used_count", U32, used);
    }

    private static void offset(GgufSketch sketch, long offset) {
        GgufSketch.Row row = sketch.tensors.get(1);
        sketch.tensors.set(1, new GgufSketch.Row(row.name(), row.dimensions(), row.type(), offset));
    }

    private static Arguments row(String name, String mentioned, Consumer<GgufSketch> damage) {
        return Arguments.of(name, mentioned, damage);
    }
}
