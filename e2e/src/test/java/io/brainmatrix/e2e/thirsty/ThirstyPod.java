package io.brainmatrix.e2e.thirsty;

import io.brainmatrix.pod.engine.Engine;
import io.brainmatrix.pod.engine.EngineException;
import io.brainmatrix.pod.engine.EngineLoader;
import io.brainmatrix.pod.engine.LlamaEngine;
import io.brainmatrix.pod.lifecycle.Life;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * The inference pod with an engine that leaks when asked to: a prompt of {@code drink 512} takes
 * 512 MiB of real memory and keeps it, {@code drip 200} takes 200 MiB a second from then on.
 * llama.cpp takes all it needs at its load, so no request of the real engine can drive an instance
 * over its budget. It also says that it puts layers on a GPU; they stay on the CPU.
 */
public final class ThirstyPod {
    /** A model whose file is called so takes more at its load than anybody predicts. */
    private static final String GREEDY = "greedy";

    private static final long GREEDY_MIB_PER_SECOND = 200;

    /** Far longer than until the limit. */
    private static final long GREEDY_LOAD_NANOS = 60_000_000_000L;

    private static final String DRINK = "drink ";
    private static final String DRIP = "drip ";
    private static final long DROP = 4L << 20;

    private ThirstyPod() {}

    /** Entry point of the test images; {@code unguarded} leaves the limit to the kernel alone. */
    public static void main(String[] arguments) throws IOException {
        Life.begin(
                Life.Surroundings.ofContainer(),
                new EngineLoader() {
                    @Override
                    public Engine load(LlamaEngine.Settings settings) throws EngineException {
                        if (settings.model().toString().contains(GREEDY)) {
                            Thirsty.drip(GREEDY_MIB_PER_SECOND);
                            LockSupport.parkNanos(GREEDY_LOAD_NANOS);
                        }
                        return new Thirsty(LlamaEngine.load(settings), settings.gpuLayers());
                    }

                    @Override
                    public boolean offloads() {
                        return true;
                    }
                },
                !List.of(arguments).contains("unguarded"));
    }

    private static final class Thirsty implements Engine {
        private final Engine engine;
        private final int gpuLayers;
        private final List<MemorySegment> kept = new ArrayList<>();

        Thirsty(Engine engine, int gpuLayers) {
            this.engine = engine;
            this.gpuLayers = gpuLayers;
        }

        @Override
        public OptionalInt layersOnGpu() {
            return OptionalInt.of(gpuLayers);
        }

        @Override
        public Outcome generate(Request request, Predicate<String> sink) {
            if (request.prompt().startsWith(DRINK)) {
                long mib = Long.parseLong(request.prompt().substring(DRINK.length()).strip());
                kept.add(Arena.global().allocate(mib << 20).fill((byte) 1));
            }
            if (request.prompt().startsWith(DRIP)) {
                drip(Long.parseLong(request.prompt().substring(DRIP.length()).strip()));
            }
            return engine.generate(request, sink);
        }

        /** Leaks so many MiB a second, in small parts, for good. */
        private static void drip(long mibPerSecond) {
            Thread.ofPlatform()
                    .daemon()
                    .start(
                            () -> {
                                while (true) {
                                    Arena.global().allocate(DROP).fill((byte) 1);
                                    LockSupport.parkNanos(
                                            DROP * 1_000_000_000L / (mibPerSecond << 20));
                                }
                            });
        }

        @Override
        public int countTokens(String text) {
            return engine.countTokens(text);
        }

        @Override
        public int[] tokens(String text) {
            return engine.tokens(text);
        }

        @Override
        public String prompt(List<Message> messages) {
            return engine.prompt(messages);
        }
    }
}
