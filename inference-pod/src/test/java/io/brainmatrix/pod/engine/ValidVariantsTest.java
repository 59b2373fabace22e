package io.brainmatrix.pod.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.memory.footprint.CacheType;
import io.brainmatrix.memory.footprint.EngineSettings;
import io.brainmatrix.memory.footprint.Footprint;
import io.brainmatrix.memory.gguf.GgufException;
import io.brainmatrix.memory.gguf.GgufFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nothing good is refused: models in order, written in every way that tools have, pass the check
 * and are served by the real engine. {@code -Dbrainmatrix.gguf.variants=500} asks for more, {@code
 * -Dbrainmatrix.seed=2} for others.
 */
class ValidVariantsTest {
    private static final int VARIANTS = Integer.getInteger("brainmatrix.gguf.variants", 60);
    private static final long SEED = Long.getLong("brainmatrix.seed", 1);

    /** As many in one process: what is loaded stays until its end. */
    private static final int BATCH = 50;

    @TempDir Path folder;

    @Test
    void allAreServed() throws Exception {
        Random random = new Random(SEED);
        List<String> refused = new ArrayList<>();
        int served = 0;
        for (int from = 0; from < VARIANTS; from += BATCH) {
            Map<Path, String> drawn = new HashMap<>();
            List<Path> batch = new ArrayList<>();
            for (int i = from; i < Math.min(VARIANTS, from + BATCH); i++) {
                Path file = folder.resolve("variant-%d.gguf".formatted(i));
                drawn.put(file, "variant %d: %s".formatted(i, GgufVariant.write(file, random)));
                String refusal = refusal(file);
                if (refusal.isEmpty()) {
                    batch.add(file);
                } else {
                    refused.add("%s: the check says %s".formatted(drawn.get(file), refusal));
                }
            }
            for (Probes.Result result : new Probes(folder).load(batch)) {
                if (result.outcome().equals("served")) {
                    served++;
                } else {
                    refused.add("%s: %s".formatted(drawn.get(result.file()), result.outcome()));
                }
                Files.delete(result.file());
            }
        }

        System.out.printf("VARIANTS seed %d, %d: served %d%n", SEED, VARIANTS, served);
        assertThat(refused).isEmpty();
        assertThat(served).isEqualTo(VARIANTS);
    }

    /** What the start path would say before it loads; empty when nothing. */
    private static String refusal(Path file) throws IOException {
        try {
            GgufFile header = GgufFile.read(file);
            EngineSettings settings =
                    new EngineSettings(64, 1, 32, CacheType.F16, CacheType.F16, false);
            Footprint.predict(header, settings);
            return settings.misfit(header).orElse("");
        } catch (GgufException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
