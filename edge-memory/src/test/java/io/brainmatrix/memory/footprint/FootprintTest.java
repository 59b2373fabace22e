package io.brainmatrix.memory.footprint;

import static io.brainmatrix.memory.gguf.GgufSketch.I32;
import static io.brainmatrix.memory.gguf.GgufSketch.STRING;
import static io.brainmatrix.memory.gguf.GgufSketch.U32;
import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.memory.gguf.GgufFile;
import io.brainmatrix.memory.gguf.GgufSketch;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The arithmetic against measured loads of b4916: generated models of 306 and 1023 MiB. */
class FootprintTest {
    private static final long MIB = 1 << 20;

    @TempDir Path folder;

    @ParameterizedTest(name = "{0} at {1}")
    @CsvSource({"m300, 2048, 52", "m300, 8192, 208", "m1000, 2048, 88"})
    void predictsTheMeasuredCache(String model, int context, long mebibytes) throws Exception {
        assertThat(predict(model, f16(context, 512)).keyValueCache()).isEqualTo(mebibytes * MIB);
    }

    @ParameterizedTest(name = "{0} at {1}, micro batch {2}: {3} MiB measured")
    @CsvSource({"m300, 2048, 512, 76", "m300, 8192, 512, 280", "m300, 8192, 64, 35"})
    void givesTheBufferThatTheEngineLogs(String model, int context, int microBatch, long mebibytes)
            throws Exception {
        assertThat(Compute.of(read(model), f16(context, microBatch)).buffer())
                .isEqualTo(mebibytes * MIB);
    }

    /** Scores are converted to the type of values, f16, to be multiplied by them. */
    @Test
    void countsHalfOfTheScoresAgainUnlessValuesAreInF32OrScoresAreNeverWritten() throws Exception {
        EngineSettings values32 =
                new EngineSettings(8192, 1, 512, CacheType.F16, CacheType.F32, false);
        EngineSettings flash = new EngineSettings(8192, 1, 512, CacheType.F16, CacheType.F16, true);

        assertThat(Compute.of(read("m300"), f16(8192, 512)).work()).isEqualTo(128 * MIB);
        assertThat(Compute.of(read("m300"), values32).work()).isLessThan(4 * MIB);
        assertThat(Compute.of(read("m300"), flash).bytes()).isLessThan(48 * MIB);
    }

    /** 1.0 GiB at 8192, not the 4.0 GiB that all heads would need. */
    @Test
    void countsOnlyTheHeadsOfKeysAndValues() throws Exception {
        GgufSketch llama = shape(4096, 32, 32, 8, 14_336, 8);

        assertThat(predict(llama, f16(8192, 512)).keyValueCache()).isEqualTo(1024 * MIB);
        llama.remove("llama.attention.head_count_kv");
        assertThat(predict(llama, f16(8192, 512)).keyValueCache()).isEqualTo(4096 * MIB);
    }

    @Test
    void addsUpHeadsThatDifferPerLayer() throws Exception {
        GgufSketch sketch = shape(1024, 4, 16, 4, 2816, 8);
        sketch.array("llama.attention.head_count_kv", I32, List.of(4, 0, 16, 4));

        // 24 heads of 64, keys and values, two bytes each
        assertThat(predict(sketch, f16(2048, 512)).keyValueCache())
                .isEqualTo(24L * 64 * 2 * 2 * 2048);
    }

    @Test
    void takesTheLengthsOfKeysAndValuesWhereGiven() throws Exception {
        GgufSketch sketch = shape(1024, 1, 16, 4, 2816, 8);
        sketch.put("llama.attention.key_length", U32, 192);
        sketch.put("llama.attention.value_length", U32, 128);

        assertThat(predict(sketch, f16(2048, 512)).keyValueCache())
                .isEqualTo(2048L * 4 * (192 + 128) * 2);
    }

    @ParameterizedTest
    @CsvSource({
        "F32, 4.0",
        "F16, 2.0",
        "Q8_0, 1.0625",
        "Q5_1, 0.75",
        "Q5_0, 0.6875",
        "Q4_1, 0.625",
        "Q4_0, 0.5625"
    })
    void countsBytesOfEachCacheType(CacheType type, double bytesPerElement) {
        assertThat(type.bytes(32_000)).isEqualTo(Math.round(32_000 * bytesPerElement));
    }

    @ParameterizedTest
    @CsvSource({"1, false, 32", "32, false, 32", "33, false, 64", "33, true, 256"})
    void padsTheContext(int context, boolean flash, long cells) throws Exception {
        EngineSettings settings =
                new EngineSettings(context, 1, 512, CacheType.F16, CacheType.F16, flash);

        assertThat(predict(shape(1024, 1, 16, 4, 2816, 8), settings).keyValueCache())
                .isEqualTo(cells * 4 * 64 * 2 * 2);
    }

    @Test
    void growsWithTheContextAndNeverShrinks() throws Exception {
        GgufSketch sketch = shape(1024, 26, 16, 4, 2816, 4096);
        long before = 0;
        for (int context = 1; context < 20_000; context += 777) {
            long now = predict(sketch, f16(context, 512)).required();
            assertThat(now).isGreaterThanOrEqualTo(before);
            before = now;
        }
    }

    @Test
    void hasAMarginOfATenthAndAtLeast64Mebibytes() throws Exception {
        Footprint small = predict(GgufSketch.valid(), f16(128, 512));
        Footprint large = predict(shape(4096, 32, 32, 8, 14_336, 8), f16(8192, 512));

        assertThat(small.margin()).isEqualTo(64 * MIB);
        assertThat(large.margin()).isEqualTo(large.predicted() / 10);
        assertThat(large.required()).isEqualTo(large.predicted() + large.margin());
        assertThat(large.predicted())
                .isEqualTo(
                        large.weights()
                                + large.keyValueCache()
                                + large.compute()
                                + large.graph()
                                + large.vocabulary()
                                + large.runtime());
    }

    @ParameterizedTest(name = "output layer {0} times as large as the embeddings")
    @CsvSource({"1, 0", "3, 2"})
    void whatIsReadAfterTheRepackedWeightsMakesUpForTheirBuffer(int times, int over)
            throws Exception {
        GgufSketch sketch = GgufSketch.valid();
        sketch.removeTensors();
        sketch.tensor("token_embd.weight", 2, 64, 8);
        sketch.tensor("output.weight", 2, 64, 8L * times);

        assertThat(predict(sketch, f16(128, 512)).staging()).isEqualTo(over * 64L / 32 * 18 * 8);
    }

    /** A model without an output layer multiplies by its embeddings, repacked beside themselves. */
    @Test
    void countsEmbeddingsTwiceWhereTheyAreRepackedAsOutputLayerToo() throws Exception {
        GgufSketch sketch = GgufSketch.valid();
        sketch.removeTensors();
        sketch.tensor("token_embd.weight", 2, 64, 8);

        assertThat(predict(sketch, f16(128, 512)).weights()).isEqualTo(2 * 64 / 32 * 18 * 8);
        sketch.replaceTensor(0, "token_embd.weight", 8, 64, 8);
        assertThat(predict(sketch, f16(128, 512)).weights()).isEqualTo(64 / 32 * 34 * 8);
    }

    @Test
    void explainsItselfInMebibytes() {
        assertThat(
                        new Footprint(
                                        300 * MIB, 9 * MIB, 52 * MIB, 91 * MIB, 25 * MIB, 1,
                                        48 * MIB, 64 * MIB)
                                .explain())
                .contains("weights             300 Mi", "graph                25 Mi")
                .contains("vocabulary            1 Mi", "predicted           517 Mi")
                .contains("required            581 Mi");
    }

    @Test
    void explainsThatReadingWeightsNeedsMoreThanRunning() {
        Footprint footprint =
                new Footprint(
                        300 * MIB, 99 * MIB, 2 * MIB, 9 * MIB, 25 * MIB, 0, 48 * MIB, 64 * MIB);

        assertThat(footprint.predicted()).isEqualTo((300 + 99 + 48) * MIB);
        assertThat(footprint.explain())
                .contains("reading them         99 Mi", "predicted           447 Mi")
                .doesNotContain("compute");
    }

    private Footprint predict(String model, EngineSettings settings) throws Exception {
        return Footprint.predict(read(model), settings);
    }

    private GgufFile read(String model) throws Exception {
        return read(
                model.equals("m300")
                        ? shape(1024, 26, 16, 4, 2816, 4096)
                        : shape(2048, 22, 32, 8, 5632, 4096));
    }

    private GgufFile read(GgufSketch sketch) throws Exception {
        Path file = folder.resolve("model.gguf");
        sketch.write(file);
        return GgufFile.read(file);
    }

    private Footprint predict(GgufSketch sketch, EngineSettings settings) throws Exception {
        return Footprint.predict(read(sketch), settings);
    }

    private static EngineSettings f16(int context, int microBatch) {
        return new EngineSettings(context, 1, microBatch, CacheType.F16, CacheType.F16, false);
    }

    /** A header of such a model; of its tensors only the embeddings, in q8_0. */
    private static GgufSketch shape(
            int width, int layers, int heads, int kvHeads, int feedForward, int vocabulary) {
        GgufSketch sketch = GgufSketch.valid();
        sketch.put("llama.embedding_length", U32, width);
        sketch.put("llama.block_count", U32, layers);
        sketch.put("llama.attention.head_count", U32, heads);
        sketch.put("llama.attention.head_count_kv", U32, kvHeads);
        sketch.put("llama.feed_forward_length", U32, feedForward);
        sketch.array(
                "tokenizer.ggml.tokens",
                STRING,
                IntStream.range(0, vocabulary).mapToObj(i -> "t" + i).toList());
        sketch.array("tokenizer.ggml.token_type", I32, Collections.nCopies(vocabulary, 1));
        sketch.remove("tokenizer.ggml.scores");
        sketch.replaceTensor(0, "token_embd.weight", 8, width, vocabulary);
        sketch.sizeMax = 1 << 26;
        return sketch;
    }
}
