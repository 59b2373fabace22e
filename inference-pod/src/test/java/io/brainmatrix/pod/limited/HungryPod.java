package io.brainmatrix.pod.limited;

import io.brainmatrix.pod.engine.Engine;
import io.brainmatrix.pod.engine.EngineException;
import io.brainmatrix.pod.engine.EngineLoader;
import io.brainmatrix.pod.engine.LlamaEngine;
import io.brainmatrix.pod.lifecycle.Life;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.util.List;

/**
 * The inference pod with an engine that needs more for its load than arithmetic knows of, as if a
 * prediction were too small. Arguments: {@code unguarded} leaves the limit to the kernel alone, a
 * number is the MiB that the load takes beyond its prediction: one for each byte on standard input,
 * and the rest as fast as it can once that is closed.
 */
public final class HungryPod {
    private HungryPod() {}

    /** Entry point beside the image's own. */
    public static void main(String[] arguments) throws IOException {
        long hunger =
                List.of(arguments).stream()
                        .filter(a -> a.matches("\\d+"))
                        .mapToLong(Long::parseLong)
                        .sum();
        Life.begin(
                Life.Surroundings.ofContainer(),
                new EngineLoader() {
                    @Override
                    public Engine load(LlamaEngine.Settings settings) throws EngineException {
                        try {
                            eat(hunger, System.in);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                        return LlamaEngine.load(settings);
                    }

                    @Override
                    public boolean offloads() {
                        return false;
                    }
                },
                !List.of(arguments).contains("unguarded"));
    }

    private static void eat(long mebibytes, InputStream granted) throws IOException {
        for (long i = 0; i < mebibytes; i++) {
            granted.read();
            Arena.global().allocate(1 << 20).fill((byte) 1);
        }
    }
}
