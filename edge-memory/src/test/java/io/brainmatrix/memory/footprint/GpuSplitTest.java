package io.brainmatrix.memory.footprint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.brainmatrix.memory.gguf.GgufFile;
import io.brainmatrix.memory.gguf.GgufSketch;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Arithmetic alone: no GPU has been measured. */
class GpuSplitTest {
    private static final EngineSettings SETTINGS =
            new EngineSettings(2048, 1, 512, CacheType.F16, CacheType.F16, false);
    private static final long GI = 1L << 30;

    @TempDir Path folder;

    @SuppressWarnings("NullAway.Init") // set before each test
    private GgufFile file;

    @BeforeEach
    void read() throws Exception {
        Path path = folder.resolve("sketch.gguf");
        GgufSketch.valid().write(path);
        file = GgufFile.read(path);
    }

    @Test
    void withoutLayersAllIsInRam() {
        GpuSplit none = GpuSplit.of(file, SETTINGS, 0);

        assertThat(none.gpu()).isZero();
        assertThat(none.requiredGpu()).isZero();
        assertThat(none.ram()).isEqualTo(Footprint.predict(file, SETTINGS).predicted());
    }

    @Test
    void whatGoesToTheGpuIsNotInRam() {
        Footprint whole = Footprint.predict(file, SETTINGS);
        for (int layers = 1; layers <= 2; layers++) {
            GpuSplit split = GpuSplit.of(file, SETTINGS, layers);
            assertThat(split.ram() + split.gpu())
                    .as("a second compute buffer and a context beside the whole")
                    .isEqualTo(whole.predicted() + whole.compute() + GpuSplit.CONTEXT);
        }
    }

    @Test
    void theOutputLayerGoesLastAndTheEmbeddingsNever() {
        GpuSplit blocks = GpuSplit.of(file, SETTINGS, 1);
        GpuSplit all = GpuSplit.of(file, SETTINGS, 2);

        // output.weight in F16 and output_norm.weight in F32 of the sketch
        assertThat(all.gpu() - blocks.gpu()).isEqualTo(64 * 8 * 2 + 64 * 4);
        assertThat(all.ram()).isGreaterThanOrEqualTo(64 * 8 * 4); // token_embd.weight in F32
    }

    @Test
    void asManyLayersAsTheBudgetHolds() {
        long forOne = GpuSplit.of(file, SETTINGS, 1).requiredGpu();

        assertThat(GpuSplit.most(file, SETTINGS, forOne - 1).layers()).isZero();
        assertThat(GpuSplit.most(file, SETTINGS, forOne).layers()).isEqualTo(1);
        assertThat(GpuSplit.most(file, SETTINGS, 8 * GI).layers()).isEqualTo(2);
    }

    @Test
    void moreLayersThanThereAreIsNonsense() {
        assertThatIllegalArgumentException().isThrownBy(() -> GpuSplit.of(file, SETTINGS, 3));
    }
}
