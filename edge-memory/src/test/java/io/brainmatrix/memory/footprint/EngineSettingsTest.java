package io.brainmatrix.memory.footprint;

import static io.brainmatrix.memory.gguf.GgufSketch.U32;
import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.memory.gguf.GgufFile;
import io.brainmatrix.memory.gguf.GgufSketch;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings on which the engine would abort are told apart before it is asked. */
class EngineSettingsTest {
    @TempDir Path folder;

    @ParameterizedTest(name = "heads of {0}, {1}/{2}, flash attention {3}: {4}")
    @CsvSource(
            nullValues = "fits",
            value = {
                "64, F16, F16, false, fits",
                "64, Q8_0, F32, false, fits",
                "64, Q8_0, Q4_0, true, fits",
                "80, F16, F16, true, fits",
                "64, F16, Q8_0, false, values in q8_0 needs flashAttention",
                "64, F32, F16, true, no cache in f32",
                "64, F16, F32, true, no cache in f32",
                "80, Q8_0, F16, false, 'multiple of 32 elements, the model''s have 80'",
                "80, F16, Q8_0, true, 'multiple of 32 elements, the model''s have 80'",
            })
    void tellsWhatDoesNotGoTogether(
            int headLength, CacheType keys, CacheType values, boolean flash, String reason)
            throws Exception {
        GgufSketch sketch = GgufSketch.valid();
        sketch.put("llama.attention.key_length", U32, headLength);
        sketch.put("llama.attention.value_length", U32, headLength);

        Optional<String> misfit =
                new EngineSettings(512, 1, 512, keys, values, flash).misfit(read(sketch));

        if (reason == null) {
            assertThat(misfit).isEmpty();
        } else {
            assertThat(misfit.orElseThrow()).contains(reason);
        }
    }

    @Test
    void flashAttentionNeedsKeysAndValuesOfOneLength() throws Exception {
        GgufSketch sketch = GgufSketch.valid();
        sketch.put("llama.attention.key_length", U32, 192);
        sketch.put("llama.attention.value_length", U32, 128);
        EngineSettings flash = new EngineSettings(512, 1, 512, CacheType.F16, CacheType.F16, true);

        assertThat(flash.misfit(read(sketch)).orElseThrow()).contains("192 and 128");
    }

    private GgufFile read(GgufSketch sketch) throws Exception {
        Path file = folder.resolve("model.gguf");
        sketch.write(file);
        return GgufFile.read(file);
    }
}
