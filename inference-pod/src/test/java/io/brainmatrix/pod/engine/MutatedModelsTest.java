package io.brainmatrix.pod.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.memory.gguf.GgufException;
import io.brainmatrix.memory.gguf.GgufFile;
import io.brainmatrix.modelgenerator.ModelFile;
import io.brainmatrix.modelgenerator.ModelSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * R11 against the real engine: of files whose headers were damaged by chance, those that the check
 * lets through never end the process that loads them. {@code -Dbrainmatrix.gguf.loads=3000} asks
 * for more, {@code -Dbrainmatrix.seed=2} for others.
 */
class MutatedModelsTest {
    private static final int LOADS = Integer.getInteger("brainmatrix.gguf.loads", 150);
    private static final long SEED = Long.getLong("brainmatrix.seed", 1);

    /** As many in one process: what is loaded stays until its end. */
    private static final int BATCH = 50;

    /** Where a file's own numbers stand; the vocabulary follows, and the tensors. */
    private static final int NUMBERS_END = 900;

    private static final long[] EDGES = {
        0, 1, -1, 2, 3, 31, 33, 63, 255, 256, 511, 512, 513, 65_536, Integer.MAX_VALUE, 1L << 32
    };

    @TempDir Path folder;

    @Test
    void whatTheCheckLetsThroughNeverEndsTheProcess() throws Exception {
        Path whole = folder.resolve("whole.gguf");
        ModelFile.write(whole, ModelSpec.tinyChain(), done -> {});
        byte[] valid = Files.readAllBytes(whole);
        int header = header(valid);
        SplittableRandom random = new SplittableRandom(SEED);
        Map<String, Integer> outcomes = new TreeMap<>();
        List<String> deaths = new ArrayList<>();
        int loaded = 0;
        for (int i = 0; loaded < LOADS; ) {
            List<Path> batch = new ArrayList<>();
            while (batch.size() < Math.min(BATCH, LOADS - loaded)) {
                Path file = folder.resolve("mutation-%d.gguf".formatted(i++));
                Files.write(file, mutated(valid, header, random));
                if (accepted(file)) {
                    batch.add(file);
                } else {
                    outcomes.merge("refused by the check", 1, Integer::sum);
                    Files.delete(file);
                }
            }
            load(batch, outcomes, deaths);
            loaded += batch.size();
            for (Path file : batch) {
                Files.delete(file);
            }
        }

        System.out.printf("MUTATED seed %d, %d loads: %s%n", SEED, LOADS, outcomes);
        assertThat(deaths).as("files that ended the process").isEmpty();
    }

    private static boolean accepted(Path file) throws IOException {
        try {
            GgufFile.read(file);
            return true;
        } catch (GgufException e) {
            return false;
        }
    }

    /** A file that ended a process is kept. */
    private void load(List<Path> files, Map<String, Integer> outcomes, List<String> deaths)
            throws Exception {
        for (Probes.Result result : new Probes(folder).load(files)) {
            if (result.died()) {
                Path kept =
                        Path.of(
                                "target",
                                "seed-%d-%s".formatted(SEED, result.file().getFileName()));
                Files.write(kept, Files.readAllBytes(result.file()));
                deaths.add("%s, %s".formatted(kept, result.outcome()));
            } else {
                outcomes.merge(result.outcome(), 1, Integer::sum);
            }
        }
    }

    private static byte[] mutated(byte[] valid, int header, SplittableRandom random) {
        byte[] bytes = valid.clone();
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = random.nextInt(1, 3); i > 0; i--) {
            int at =
                    switch (random.nextInt(4)) {
                        case 0, 1 -> random.nextInt(NUMBERS_END);
                        case 2 -> header - 1 - random.nextInt(NUMBERS_END);
                        default -> random.nextInt(header - 8);
                    };
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt(256);
                case 2 -> buffer.putInt(at, (int) EDGES[random.nextInt(EDGES.length)]);
                default -> buffer.putLong(at, EDGES[random.nextInt(EDGES.length)]);
            }
        }
        return bytes;
    }

    /** Where the data begin: after the infos of the last tensor. */
    private static int header(byte[] bytes) {
        byte[] name = "output.weight".getBytes(StandardCharsets.US_ASCII);
        for (int at = bytes.length - name.length; at > 0; at--) {
            int i = 0;
            while (i < name.length && bytes[at + i] == name[i]) {
                i++;
            }
            if (i == name.length) {
                return at + 64;
            }
        }
        throw new IllegalStateException("no output.weight");
    }
}
