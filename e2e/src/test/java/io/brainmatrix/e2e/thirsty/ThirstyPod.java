package io.brainmatrix.e2e.thirsty;

import io.brainmatrix.pod.engine.Engine;
import io.brainmatrix.pod.engine.LlamaEngine;
import io.brainmatrix.pod.lifecycle.Life;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * The inference pod with an engine that leaks when asked to: a prompt of {@code drink 512} takes
 * 512 MiB of real memory and keeps it. llama.cpp takes all it needs at its load, so no request of
 * the real engine can drive an instance over its budget.
 */
public final class ThirstyPod {
    private static final String DRINK = "drink ";

    private ThirstyPod() {}

    /** Entry point of the test image. */
    public static void main(String[] arguments) throws IOException {
        Life.begin(
                Life.Surroundings.ofContainer(),
                settings -> new Thirsty(LlamaEngine.load(settings)));
    }

    private static final class Thirsty implements Engine {
        private final Engine engine;
        private final List<MemorySegment> kept = new ArrayList<>();

        Thirsty(Engine engine) {
            this.engine = engine;
        }

        @Override
        public int generate(Request request, Predicate<String> sink) {
            if (request.prompt().startsWith(DRINK)) {
                long mib = Long.parseLong(request.prompt().substring(DRINK.length()).strip());
                kept.add(Arena.global().allocate(mib << 20).fill((byte) 1));
            }
            return engine.generate(request, sink);
        }

        @Override
        public int countTokens(String text) {
            return engine.countTokens(text);
        }

        @Override
        public String prompt(List<Message> messages) {
            return engine.prompt(messages);
        }
    }
}
