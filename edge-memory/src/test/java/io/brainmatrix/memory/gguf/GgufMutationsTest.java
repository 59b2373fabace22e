package io.brainmatrix.memory.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files damaged by chance: each is read or refused with a message, and nothing else ever happens
 * (R11). {@code -Dbrainmatrix.gguf.mutations=100000} asks for more, {@code -Dbrainmatrix.seed=2}
 * for others.
 */
class GgufMutationsTest {
    private static final int COUNT = Integer.getInteger("brainmatrix.gguf.mutations", 3_000);
    private static final long SEED = Long.getLong("brainmatrix.seed", 1);

    /** Values that break arithmetic. */
    private static final long[] EDGES = {
        0,
        1,
        -1,
        31,
        33,
        255,
        256,
        512,
        513,
        65_535,
        65_536,
        65_537,
        1_000_000_000,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        1L << 32,
        1L << 40,
        1L << 62,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };

    @TempDir Path folder;

    @Test
    void eachIsReadOrRefusedWithAMessage() throws Exception {
        Path file = folder.resolve("mutated.gguf");
        GgufSketch.valid().write(file);
        byte[] valid = Files.readAllBytes(file);
        SplittableRandom random = new SplittableRandom(SEED);
        TreeMap<String, Integer> outcomes = new TreeMap<>();
        for (int i = 0; i < COUNT; i++) {
            Files.write(file, mutated(valid, random));
            outcomes.merge(outcome(i, file), 1, Integer::sum);
        }

        System.out.printf("GGUF seed %d, %d mutations: %s%n", SEED, COUNT, outcomes);
        assertThat(outcomes.keySet()).containsExactly("read", "refused");
    }

    private static String outcome(int index, Path file) throws IOException {
        try {
            GgufFile.read(file);
            return "read";
        } catch (GgufException e) {
            assertThat(e.getMessage()).as("message of mutation %d", index).hasSizeGreaterThan(10);
            return "refused";
        } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
            throw new AssertionError(
                    "mutation %d of seed %d ends in %s".formatted(index, SEED, e), e);
        }
    }

    private static byte[] mutated(byte[] valid, SplittableRandom random) {
        byte[] bytes = valid.clone();
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            bytes = mutatedOnce(bytes, random);
        }
        return bytes;
    }

    private static byte[] mutatedOnce(byte[] bytes, SplittableRandom random) {
        if (bytes.length < 16) {
            return bytes;
        }
        int at = random.nextInt(bytes.length - 8);
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        switch (random.nextInt(6)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) random.nextInt(256);
            case 2 -> buffer.putLong(at, EDGES[random.nextInt(EDGES.length)]);
            case 3 -> buffer.putInt(at, (int) EDGES[random.nextInt(EDGES.length)]);
            case 4 -> {
                return Arrays.copyOf(bytes, random.nextInt(bytes.length));
            }
            default -> { // a piece is missing
                int length = random.nextInt(1, Math.min(64, bytes.length - at));
                byte[] shorter = Arrays.copyOf(bytes, bytes.length - length);
                System.arraycopy(bytes, at + length, shorter, at, bytes.length - at - length);
                return shorter;
            }
        }
        return bytes;
    }
}
