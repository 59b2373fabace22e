package io.brainmatrix.pod.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DigestTest {
    private static final String OF_ABC =
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    @TempDir Path folder;

    @Test
    void isTheSameHereAndInAProcessOfItsOwn() throws IOException {
        Path file = Files.writeString(folder.resolve("abc"), "abc");

        assertThat(Digest.of(file)).isEqualTo(OF_ABC);
        assertThat(Digest.here(file)).isEqualTo(OF_ABC);
        assertThat(Digest.elsewhere(file)).isEqualTo(OF_ABC);
    }

    @Test
    void aProcessThatFailsIsNoDigest() {
        assertThatThrownBy(() -> Digest.elsewhere(folder.resolve("not there")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("ended with 1");
    }
}
