package io.brainmatrix.modelgenerator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.brainmatrix.memory.gguf.GgufException;
import io.brainmatrix.memory.gguf.GgufFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
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
