package io.brainmatrix.pod.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a real file system: below a directory that is not there yet, as in a fresh node's. */
class ScoutTest {
    @Test
    void isCalledAsTheOperatorCallsIt() {
        assertThat(Scout.ENVIRONMENT).as("contracts/README.md").isEqualTo("BRAINMATRIX_SCOUT");
    }

    @Test
    void returnsOnceTheFileIsThereAndStill(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("later").resolve("model.gguf");
        Thread scout = Thread.ofVirtual().start(() -> Scout.await(file));

        assertThat(scout.join(Duration.ofMillis(600))).as("while there is none").isFalse();
        Files.createDirectories(file.getParent());
        long placed = System.nanoTime();
        Files.writeString(file, "GGUF");
        assertThat(scout.join(Duration.ofSeconds(30))).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - placed))
                .isGreaterThanOrEqualTo(Arrival.STILL);
    }
}
