package io.brainmatrix.memory.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFingerprintTest {
    @TempDir private Path folder = Path.of("");

    @Test
    void isTheSameForACopyWhateverItsNameAndTimes() throws IOException {
        Path model = model(3_000_000, 1);
        Path copy = Files.copy(model, folder.resolve("copy.gguf"));

        assertThat(ModelFingerprint.of(copy)).isEqualTo(ModelFingerprint.of(model));
        assertThat(ModelFingerprint.of(model)).matches("[0-9a-f]{64}");
    }

    @Test
    void isAnotherForOtherWeightsOfTheSameShape() throws IOException {
        Path model = model(20_000_000, 1);
        String before = ModelFingerprint.of(model);
        // The header stays, all that follows is another training's.
        byte[] other = new byte[20_000_000 - (1 << 20)];
        new Random(2).nextBytes(other);
        try (FileChannel file = FileChannel.open(model, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(other), 1 << 20);
        }

        assertThat(ModelFingerprint.of(model)).isNotEqualTo(before);
    }

    @Test
    void isAnotherForAnotherLengthOrHeaderAndTakesTheSmallestFiles() throws IOException {
        assertThat(ModelFingerprint.of(model(10, 1)))
                .isNotEqualTo(ModelFingerprint.of(model(11, 1)))
                .isNotEqualTo(ModelFingerprint.of(model(10, 2)));
        assertThat(ModelFingerprint.of(model(0, 1))).isNotBlank();
    }

    private Path model(int bytes, long seed) throws IOException {
        byte[] content = new byte[bytes];
        new Random(seed).nextBytes(content);
        return Files.write(folder.resolve("model-%d-%d.gguf".formatted(bytes, seed)), content);
    }
}
