package io.brainmatrix.memory.footprint;

import static io.brainmatrix.memory.gguf.GgufSketch.I32;
import static io.brainmatrix.memory.gguf.GgufSketch.STRING;
import static io.brainmatrix.memory.gguf.GgufSketch.U32;
import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.memory.gguf.GgufFile;
import io.brainmatrix.memory.gguf.GgufSketch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The formula against peaks of real pods as {@code make bench-footprint} printed them, {@code
 * footprint/shapes.txt}: a formula that is changed must still be within the bench's bounds. A line
 * {@code # runtime 50} says how many MiB of runtime the pods of the next rows had, whose code and
 * flags were those of their day; that part is tested by the latest rows, all others by all.
 */
class RecordedShapesTest {
    private static final double MIB = 1 << 20;
    private static final Path RECORDED = Path.of("src/test/resources/footprint/shapes.txt");

    /** A row: the model, the engine's settings, the parts, predicted, measured. */
    private static final Pattern ROW =
            Pattern.compile(
                    " *\\d+ (\\w+) (\\d+)x(\\d+)/(\\d+):(\\d+) ff(\\d+) v(\\d+) +"
                            + "c(\\d+) p(\\d+) b(\\d+) (\\w+)/(\\w+)( flash)? +"
                            + "[\\d.]+ +[\\d.]+ +[\\d.]+ +[\\d.]+ +[\\d.]+ +([\\d.]+) .*");

    /** Ggml's numbers of the types. */
    private static final Map<String, Integer> TYPES = Map.of("f16", 1, "q4_0", 2, "q8_0", 8);

    @TempDir Path folder;

    private static final Pattern RUNTIME = Pattern.compile("# runtime (\\d+)");

    static Stream<String> rows() throws IOException {
        return Files.readAllLines(RECORDED).stream().filter(l -> !l.startsWith("#"));
    }

    /** Each row with the runtime that it was measured with. */
    static List<Arguments> rowsAndRuntimes() throws IOException {
        List<Arguments> rows = new ArrayList<>();
        long runtime = -1;
        for (String line : Files.readAllLines(RECORDED)) {
            Matcher said = RUNTIME.matcher(line);
            if (said.matches()) {
                runtime = Long.parseLong(said.group(1)) << 20;
            } else if (!line.startsWith("#")) {
                rows.add(Arguments.of(line, runtime));
            }
        }
        assertThat(runtime).as("of the latest rows").isEqualTo(Footprint.RUNTIME);
        return rows;
    }

    @Test
    void areOfSeveralKinds() throws IOException {
        assertThat(rows()).hasSizeGreaterThanOrEqualTo(20).allMatch(l -> ROW.matcher(l).matches());
        assertThat(rows().filter(l -> l.contains(" flash "))).hasSizeGreaterThan(5);
    }

    @ParameterizedTest
    @MethodSource("rowsAndRuntimes")
    void arePredictedWithinTheBounds(String row, long runtime) throws Exception {
        Matcher shape = ROW.matcher(row);
        assertThat(shape.matches()).isTrue();
        double measured = Double.parseDouble(shape.group(14));
        Path file = folder.resolve("model.gguf");
        sketch(shape).writeHeader(file);

        long now = Footprint.predict(GgufFile.read(file), settings(shape)).predicted();
        double predicted = (now - Footprint.RUNTIME + runtime) / MIB;

        assertThat(predicted).isBetween(measured, measured < 300 ? measured + 32 : measured * 1.05);
    }

    private static EngineSettings settings(Matcher shape) {
        return new EngineSettings(
                number(shape, 8),
                number(shape, 9),
                Math.min(512, number(shape, 10)),
                CacheType.named(shape.group(11)).orElseThrow(),
                CacheType.named(shape.group(12)).orElseThrow(),
                shape.group(13) != null);
    }

    private static GgufSketch sketch(Matcher shape) {
        int layers = number(shape, 2);
        int width = number(shape, 3);
        int heads = number(shape, 4);
        int shared = number(shape, 5);
        int feedForward = number(shape, 6);
        int vocabulary = number(shape, 7);
        GgufSketch sketch = GgufSketch.valid();
        sketch.put("llama.embedding_length", U32, width);
        sketch.put("llama.block_count", U32, layers);
        sketch.put("llama.attention.head_count", U32, heads);
        sketch.put("llama.attention.head_count_kv", U32, shared);
        sketch.put("llama.feed_forward_length", U32, feedForward);
        List<String> tokens = IntStream.range(0, vocabulary).mapToObj(i -> "t" + i).toList();
        sketch.array("tokenizer.ggml.tokens", STRING, tokens);
        sketch.array("tokenizer.ggml.token_type", I32, Collections.nCopies(vocabulary, 1));
        sketch.remove("tokenizer.ggml.scores");
        sketch.removeTensors();
        int type = TYPES.getOrDefault(shape.group(1), -1);
        sketch.tensor("token_embd.weight", type, width, vocabulary);
        for (int layer = 0; layer < layers; layer++) {
            String block = "blk." + layer + ".";
            int kv = width / heads * shared;
            sketch.tensor(block + "attn_norm.weight", 0, width);
            sketch.tensor(block + "attn_q.weight", type, width, width);
            sketch.tensor(block + "attn_k.weight", type, width, kv);
            sketch.tensor(block + "attn_v.weight", type, width, kv);
            sketch.tensor(block + "attn_output.weight", type, width, width);
            sketch.tensor(block + "ffn_norm.weight", 0, width);
            sketch.tensor(block + "ffn_gate.weight", type, width, feedForward);
            sketch.tensor(block + "ffn_up.weight", type, width, feedForward);
            sketch.tensor(block + "ffn_down.weight", type, feedForward, width);
        }
        sketch.tensor("output_norm.weight", 0, width);
        sketch.tensor("output.weight", type, width, vocabulary);
        return sketch;
    }

    private static int number(Matcher shape, int group) {
        return Integer.parseInt(shape.group(group));
    }
}
