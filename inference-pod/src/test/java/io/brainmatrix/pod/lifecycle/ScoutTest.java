package io.brainmatrix.pod.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a real file system: below a directory that is not there yet, as in a fresh node's. */
class ScoutTest {
    @Test
    void isCalledAsTheOperatorCallsIt() {
        assertThat(Scout.ENVIRONMENT).as("contracts/README.md").isEqualTo("BRAINMATRIX_SCOUT");
        assertThat(Scout.SINCE).as("contracts/README.md").isEqualTo("BRAINMATRIX_SCOUT_SINCE");
    }

    @Test
    void returnsOnceTheFileIsThereAndStill(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("later").resolve("model.gguf");
        Thread scout = Thread.ofVirtual().start(() -> Scout.await(file, Optional.empty()));

        assertThat(scout.join(Duration.ofMillis(600))).as("while there is none").isFalse();
        Files.createDirectories(file.getParent());
        long placed = System.nanoTime();
        Files.writeString(file, "GGUF");
        assertThat(scout.join(Duration.ofSeconds(30))).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - placed))
                .isGreaterThanOrEqualTo(Arrival.STILL);
    }

    /** A copy that keeps the original's time, as {@code cp -p} and {@code rsync -t} make it. */
    @Test
    void returnsOnceAWrongFileIsAnother(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("model.gguf"), "bad");
        Path good = Files.writeString(directory.resolve("good"), "new");
        Files.setLastModifiedTime(good, Files.getLastModifiedTime(file));
        Instant wrong = Instant.now().plusSeconds(1);
        Thread scout = Thread.ofVirtual().start(() -> Scout.await(file, Optional.of(wrong)));

        assertThat(scout.join(Arrival.STILL.plusMillis(1100))).as("while it is the same").isFalse();
        Files.move(good, file, StandardCopyOption.REPLACE_EXISTING);
        assertThat(scout.join(Duration.ofSeconds(30))).isTrue();
    }
}
