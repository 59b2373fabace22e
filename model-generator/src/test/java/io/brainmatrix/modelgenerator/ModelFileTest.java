package io.brainmatrix.modelgenerator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.brainmatrix.memory.gguf.GgufException;
import io.brainmatrix.memory.gguf.GgufFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelFileTest {
    @TempDir Path directory;

    private Path write(ModelSpec spec, String name) throws IOException {
        Path file = directory.resolve(name);
        ModelFile.write(file, spec, done -> {});
        return file;
    }

    @ParameterizedTest
    @EnumSource(ModelSpec.Mode.class)
    void everyModePassesTheCheck(ModelSpec.Mode mode) throws IOException, GgufException {
        GgufFile file = GgufFile.read(write(ModelSpec.ofSize(mode, 8, 7), "m.gguf"));

        assertThat(file.architecture()).isEqualTo("llama");
        assertThat(file.vocabulary()).isEqualTo(1024);
    }

    @ParameterizedTest
    @EnumSource(WeightType.class)
    void aShapeIsWrittenAsAskedInEveryType(WeightType type) throws IOException, GgufException {
        ModelSpec spec = new ModelSpec(ModelSpec.Mode.RANDOM, 3, 256, 8, 2, 96, 1500, 512, type, 7);

        GgufFile file = GgufFile.read(write(spec, "m.gguf"));

        assertThat(file.ofArchitecture("attention.head_count")).hasValue(8);
        assertThat(file.ofArchitecture("attention.head_count_kv")).hasValue(2);
        assertThat(file.ofArchitecture("rope.dimension_count")).hasValue(32);
        assertThat(file.ofArchitecture("context_length")).hasValue(512);
        assertThat(file.vocabulary()).isEqualTo(1500);
        assertThat(file.tensors())
                .filteredOn(t -> !t.name().endsWith("_norm.weight"))
                .allSatisfy(t -> assertThat(t.type().name()).isEqualTo(type.name()))
                .hasSize(2 + 3 * 7);
        assertThat(file.weights()).isEqualTo(ModelFile.weightBytes(spec));
    }

    /**
     * By the layouts of ggml: the scale first, then bytes or halves of bytes. q4_0 has no +8: its
     * step is an eighth.
     */
    @ParameterizedTest
    @CsvSource({"F32, 0", "F16, 0.0005", "Q8_0, 0.004", "Q4_0, 0.126"})
    void whatIsWrittenIsReadBackWithinTheTypesPrecision(WeightType type, double within) {
        float[] row = new float[64];
        for (int i = 0; i < row.length; i++) {
            row[i] = (float) Math.sin(i);
        }
        byte[] bytes = new byte[type.rowBytes(row.length)];

        type.encode(row, bytes);

        ByteBuffer read = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < row.length; i++) {
            int block = i / 32;
            int in = i % 32;
            float value =
                    switch (type) {
                        case F32 -> read.getFloat(4 * i);
                        case F16 -> Float.float16ToFloat(read.getShort(2 * i));
                        case Q8_0 ->
                                Float.float16ToFloat(read.getShort(34 * block))
                                        * read.get(34 * block + 2 + in);
                        case Q4_0 ->
                                Float.float16ToFloat(read.getShort(18 * block))
                                        * (((read.get(18 * block + 2 + in % 16) >> (in / 16 * 4))
                                                        & 15)
                                                - 8);
                    };
            assertThat(value).as("element %d", i).isCloseTo(row[i], within((float) within));
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 256, 8, 2, 96", "1, 250, 8, 2, 96", "1, 256, 8, 3, 96", "1, 256, 8, 2, 90"})
    void anImpossibleShapeIsRefused(int layers, int width, int heads, int kv, int feedForward) {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                new ModelSpec(
                                        ModelSpec.Mode.RANDOM,
                                        layers,
                                        width,
                                        heads,
                                        kv,
                                        feedForward,
                                        1500,
                                        512,
                                        WeightType.F16,
                                        7));
    }

    @Test
    void theSameSpecGivesTheSameBytes() throws IOException {
        assertThat(write(ModelSpec.tinyChain(), "a.gguf"))
                .hasSameBinaryContentAs(write(ModelSpec.tinyChain(), "b.gguf"));
    }

    @ParameterizedTest
    @ValueSource(ints = {50, 300})
    void theSizeIsWithinThreePercent(int mebibytes) {
        long bytes = ModelFile.weightBytes(ModelSpec.ofSize(ModelSpec.Mode.RANDOM, mebibytes, 1));

        assertThat(bytes / (double) (1 << 20)).isBetween(mebibytes * 0.97, mebibytes * 1.03);
    }

    @Test
    void aTruncatedFileIsRefusedAndToldSo() throws IOException {
        Path file = write(ModelSpec.tinyChain(), "m.gguf");
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(whole, whole.length / 2));

        assertThat(refusal(file)).contains("truncated download?");
    }

    @Test
    void whatIsNoModelIsNamed() throws IOException {
        Path file = directory.resolve("m.gguf");
        Files.writeString(file, "version https://git-lfs.github.com/spec/v1\n");
        assertThat(refusal(file)).contains("git-lfs pointer");
        Files.writeString(file, "<!DOCTYPE html><html></html>            ");
        assertThat(refusal(file)).contains("HTML page");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void r11NoDamagedHeaderIsAnythingButAClearError(long seed) throws IOException {
        byte[] whole = Files.readAllBytes(write(ModelSpec.tinyChain(), "m.gguf"));
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            byte[] damaged = whole.clone();
            for (int i = 0; i <= random.nextInt(4); i++) {
                damaged[random.nextInt(2000)] = (byte) random.nextInt(256);
            }
            Path file = directory.resolve("damaged.gguf");
            Files.write(file, damaged);
            assertThatCode(
                            () -> {
                                try {
                                    GgufFile.read(file);
                                } catch (GgufException e) {
                                    assertThat(e.getMessage()).isNotBlank();
                                }
                            })
                    .as("seed %d, round %d", seed, round)
                    .doesNotThrowAnyException();
        }
    }

    private static String refusal(Path file) throws IOException {
        try {
            GgufFile.read(file);
            throw new AssertionError("accepted");
        } catch (GgufException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
