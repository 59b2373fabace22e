package io.brainmatrix.modelgenerator;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.memory.gguf.GgufFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command: what it takes, and that it takes nothing else. */
class ModelGeneratorTest {
    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "--out",
                "--size-mb 3",
                "--out %s --sizemb 3",
                "--out %s --size-mb",
                "--out %s --size-mb --mode chain",
                "--out %s --size-mb x",
                "--out %s --size-mb 0",
                "--out %s --size-mb 4294967297",
                "--out %s --mode poem",
                "--out %s --mode chain --mode random",
                "--out %s --seed 2",
                "--out %s more"
            })
    void refusesWrongArgumentsAndWritesNothing(String line) throws IOException {
        String[] arguments = line.isEmpty() ? new String[0] : arguments(line);

        assertThat(ModelGenerator.run(arguments)).isEqualTo(2);
        try (Stream<Path> written = Files.list(folder)) {
            assertThat(written).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--out %s", "--mode random --out %s", "--size-mb 2 --seed 7 --out %s"})
    void writesAModelThatPassesTheCheckAndLeavesNothingElse(String line) throws Exception {
        assertThat(ModelGenerator.run(arguments(line))).isZero();

        assertThat(GgufFile.read(folder.resolve("model.gguf")).architecture()).isEqualTo("llama");
        try (Stream<Path> written = Files.list(folder)) {
            assertThat(written).hasSize(1);
        }
    }

    @Test
    void tellsThatItCannotWrite() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));

        assertThat(ModelGenerator.run(new String[] {"--out", file.resolve("x.gguf").toString()}))
                .isEqualTo(1);
    }

    @Test
    void staysWithinTheLayersThatTheEngineTakesUpToTheLargestSize() {
        assertThat(ModelSpec.ofSize(ModelSpec.Mode.RANDOM, 16_384, 1).layers())
                .isLessThanOrEqualTo(512);
        assertThat(ModelSpec.ofSize(ModelSpec.Mode.RANDOM, 2_999, 1).layers())
                .isLessThanOrEqualTo(512);
    }

    private String[] arguments(String line) {
        String file = folder.resolve("model.gguf").toString();
        return Stream.of(line.split(" "))
                .map(word -> word.equals("%s") ? file : word)
                .toArray(String[]::new);
    }
}
