package io.brainmatrix.pod.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whenever a SIGKILL comes, the black box is whole and at most a second old. */
class KilledTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> PHASES =
            Arrays.stream(Phase.values()).map(Phase::name).toList();

    private static final long SEED = 5;
    private static final int LIVES = Boolean.getBoolean("brainmatrix.full") ? 60 : 6;

    /** From before its first instruction to well into its service. */
    private static final long LONGEST_NANOS = 4_000_000_000L;

    @TempDir Path folder;

    @Test
    void theBlackBoxTellsOfTheLastSecond() throws Exception {
        SplittableRandom random = new SplittableRandom(SEED);
        int told = 0;
        for (int life = 0; life < LIVES; life++) {
            // One from each part of the time.
            long moment = (life * LONGEST_NANOS + random.nextLong(LONGEST_NANOS)) / LIVES;
            JsonNode left = killedAfter(moment, folder.resolve(Integer.toString(life)));
            told += left.path("lastSamples").isEmpty() ? 0 : 1;
        }
        assertThat(told).as("lives that had begun to look").isGreaterThanOrEqualTo(LIVES / 2);
    }

    private static JsonNode killedAfter(long nanos, Path directory) throws Exception {
        long from = System.nanoTime();
        try (PodProcess pod =
                PodProcess.started(Files.createDirectory(directory), PodProcess.Options.usual())) {
            LockSupport.parkNanos(nanos - (System.nanoTime() - from));
            Instant killed = Instant.now();
            pod.kill();
            Path box = pod.file("termination-log");
            if (!Files.exists(box) || Files.size(box) == 0) {
                return JSON.createObjectNode(); // before its first instruction
            }
            assertThat(Files.size(box)).isEqualTo(4096);
            JsonNode left = JSON.readTree(box.toFile());
            assertThat(left.path("phase").asText()).isIn(PHASES);
            assertThat(left.has("exitCode")).as("nobody asked it").isFalse();
            if (left.path("lastSamples").has(0)) {
                Instant last = Instant.parse(left.path("lastSamples").path(0).path("at").asText());
                assertThat(Duration.between(last, killed))
                        .as("killed %d ms after its start: %s", nanos / 1_000_000, left)
                        .isLessThan(Duration.ofSeconds(1));
            }
            return left;
        }
    }
}
