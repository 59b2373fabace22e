package io.brainmatrix.pod.limited;

import io.brainmatrix.pod.engine.Engine;
import io.brainmatrix.pod.engine.EngineException;
import io.brainmatrix.pod.engine.EngineLoader;
import io.brainmatrix.pod.engine.LlamaEngine;
import io.brainmatrix.pod.lifecycle.Life;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * The inference pod with an engine that needs more for its load than arithmetic knows of, as if a
 * prediction were too small. Arguments: {@code unguarded} leaves the limit to the kernel alone, a
 * number is the MiB that the load takes beyond its prediction, {@link #RATE} a second.
 */
public final class HungryPod {
    /** MiB per second. */
    private static final long RATE = 200;

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
                        eat(hunger);
                        return LlamaEngine.load(settings);
                    }

                    @Override
                    public boolean offloads() {
                        return false;
                    }
                },
                !List.of(arguments).contains("unguarded"));
    }

    private static void eat(long mebibytes) {
        for (long i = 0; i < mebibytes; i++) {
            Arena.global().allocate(1 << 20).fill((byte) 1);
            LockSupport.parkNanos(1_000_000_000L / RATE);
        }
    }
}
