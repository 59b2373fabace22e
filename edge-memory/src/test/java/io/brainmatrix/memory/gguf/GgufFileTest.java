package io.brainmatrix.memory.gguf;

import static io.brainmatrix.memory.gguf.GgufSketch.I32;
import static io.brainmatrix.memory.gguf.GgufSketch.STRING;
import static io.brainmatrix.memory.gguf.GgufSketch.U32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Valid files are read as they are; no bytes whatever make the check fail in any other way. */
class GgufFileTest {
    @TempDir Path folder;

    @Test
    void readsAValidHeader() throws Exception {
        GgufFile file = read(GgufSketch.valid());

        assertThat(file.version()).isEqualTo(3);
        assertThat(file.architecture()).isEqualTo("llama");
        assertThat(file.vocabulary()).isEqualTo(GgufSketch.VOCABULARY);
        assertThat(file.ofArchitecture("context_length")).hasValue(128);
        assertThat(file.perLayer("attention.head_count_kv", 0, 99)).isEqualTo(2);
        assertThat(file.tensors()).extracting(Tensor::name).contains("blk.0.attn_q.weight");
        // f32 embeddings, two f32 norms, q8_0 attention, f16 output
        assertThat(file.weights())
                .isEqualTo(64 * 8 * 4 + 2 * 64 * 4 + 64 * 64 / 32 * 34 + 64 * 8 * 2);
    }

    static Stream<Arguments> variants() {
        return Stream.of(
                row("version 2", s -> s.version = 2),
                row("no alignment given", s -> s.remove("general.alignment")),
                row(
                        "alignment 64",
                        s -> {
                            s.alignment = 64;
                            s.put("general.alignment", U32, 64);
                        }),
                row("no kv heads given", s -> s.remove("llama.attention.head_count_kv")),
                row(
                        "kv heads per layer",
                        s -> s.array("llama.attention.head_count_kv", I32, List.of(2))),
                row("no scores", s -> s.remove("tokenizer.ggml.scores")),
                row(
                        "gpt2 with merges",
                        s -> {
                            s.put("tokenizer.ggml.model", STRING, "gpt2");
                            s.array("tokenizer.ggml.merges", STRING, List.of("a b"));
                        }),
                row("no padding token", s -> s.put("tokenizer.ggml.padding_token_id", U32, -1)),
                row(
                        "experts",
                        s -> {
                            s.put("llama.expert_count", U32, 8);
                            s.put("llama.expert_used_count", U32, 2);
                        }),
                row(
                        "another known architecture",
                        s -> {
                            s.put("general.architecture", STRING, "qwen2");
                            for (String key : List.copyOf(s.metadata.keySet())) {
                                if (key.startsWith("llama.")) {
                                    s.metadata.put(
                                            key.replace("llama.", "qwen2."), s.metadata.get(key));
                                }
                            }
                        }));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("variants")
    void accepts(String name, Consumer<GgufSketch> change) throws Exception {
        GgufSketch sketch = GgufSketch.valid();
        change.accept(sketch);

        assertThat(read(sketch).tensors()).as(name).hasSize(5);
    }

    @Test
    void leavesAFileThatIsNotThereToTheCaller() {
        assertThatThrownBy(() -> GgufFile.read(folder.resolve("none")))
                .isInstanceOf(NoSuchFileException.class);
    }

    /** Cut anywhere, the file is refused. */
    @Test
    void refusesEveryTruncation() throws IOException {
        byte[] whole = GgufSketch.valid().bytes();
        Path file = folder.resolve("cut.gguf");
        List<Integer> accepted = new ArrayList<>();
        // The last tensor ends on the alignment, so that no byte is padding.
        for (int length = 0; length < whole.length; length += length < 1500 ? 1 : 97) {
            Files.write(file, java.util.Arrays.copyOf(whole, length));
            if (isAccepted(file)) {
                accepted.add(length);
            }
        }
        assertThat(accepted).isEmpty();
    }

    /** 3000 seeded mutations of the header: accepted or refused, nothing else is ever thrown. */
    @Test
    void answersEveryMutationWithAcceptanceOrRefusal() throws IOException {
        byte[] whole = GgufSketch.valid().bytes();
        Random random = new Random(20_260_101);
        Path file = folder.resolve("mutant.gguf");
        int refused = 0;
        for (int i = 0; i < 3000; i++) {
            byte[] mutant = whole.clone();
            for (int n = 1 + random.nextInt(3); n > 0; n--) {
                mutant[random.nextInt(1200)] =
                        random.nextBoolean() ? (byte) random.nextInt() : (byte) -1;
            }
            Files.write(file, mutant);
            refused += isAccepted(file) ? 0 : 1;
        }
        assertThat(refused).isGreaterThan(1000);
    }

    /** As large as Gemma 3's, the largest among the known: 262,144 tokens. */
    @Test
    void readsARealModelsVocabularyInASmallHeap() throws Exception {
        GgufSketch sketch = GgufSketch.valid();
        List<String> tokens = new ArrayList<>();
        List<Float> scores = new ArrayList<>();
        List<Integer> types = new ArrayList<>();
        for (int i = 0; i < 262_144; i++) {
            tokens.add("token" + i);
            scores.add(0f);
            types.add(1);
        }
        sketch.array("tokenizer.ggml.tokens", STRING, tokens);
        sketch.array("tokenizer.ggml.scores", GgufSketch.F32, scores);
        sketch.array("tokenizer.ggml.token_type", I32, types);
        sketch.replaceTensor(0, "token_embd.weight", 2, 64, 262_144);
        sketch.sizeMax = 64 << 20;
        Path file = folder.resolve("model.gguf");
        sketch.write(file);

        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx16m",
                                "-XX:+UseSerialGC",
                                "-cp",
                                System.getProperty("java.class.path"),
                                ReadInSmallHeap.class.getName(),
                                file.toString())
                        .redirectErrorStream(true)
                        .start();
        String said =
                new String(
                        process.getInputStream().readAllBytes(),
                        java.nio.charset.StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).contains("262144");
    }

    /** Run in a JVM of its own. */
    static final class ReadInSmallHeap {
        private ReadInSmallHeap() {}

        public static void main(String[] arguments) throws Exception {
            System.out.println(GgufFile.read(Path.of(arguments[0])).vocabulary());
        }
    }

    private GgufFile read(GgufSketch sketch) throws Exception {
        Path file = folder.resolve("model.gguf");
        sketch.write(file);
        return GgufFile.read(file);
    }

    private static boolean isAccepted(Path file) throws IOException {
        try {
            return GgufFile.read(file).version() >= 2;
        } catch (GgufException e) {
            assertThat(e).hasMessageMatching("(?s).{10,}");
            return false;
        }
    }

    private static Arguments row(String name, Consumer<GgufSketch> change) {
        return Arguments.of(name, change);
    }
}
