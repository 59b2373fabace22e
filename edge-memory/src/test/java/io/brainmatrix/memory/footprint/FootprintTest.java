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
    void boundsTheMeasuredComputeBufferFromAboveAndClosely(
            String model, int context, int microBatch, long mebibytes) throws Exception {
        assertThat(predict(model, f16(context, microBatch)).compute())
                .isBetween(mebibytes * MIB, mebibytes * MIB * 5 / 4);
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
                new EngineSettings(context, 512, CacheType.F16, CacheType.F16, flash);

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
                                + large.runtime());
    }

    @Test
    void explainsItselfInMebibytes() {
        assertThat(new Footprint(300 * MIB, 52 * MIB, 91 * MIB, 50 * MIB, 64 * MIB).explain())
                .contains("weights             300 Mi", "predicted           493 Mi")
                .contains("required            557 Mi");
    }

    private Footprint predict(String model, EngineSettings settings) throws Exception {
        return predict(
                model.equals("m300")
                        ? shape(1024, 26, 16, 4, 2816, 4096)
                        : shape(2048, 22, 32, 8, 5632, 4096),
                settings);
    }

    private Footprint predict(GgufSketch sketch, EngineSettings settings) throws Exception {
        Path file = folder.resolve("model.gguf");
        sketch.write(file);
        return Footprint.predict(GgufFile.read(file), settings);
    }

    private static EngineSettings f16(int context, int microBatch) {
        return new EngineSettings(context, microBatch, CacheType.F16, CacheType.F16, false);
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
